# sweetspot_layer(NAME SOURCES a.cpp ... LINKS other layers and libraries): one static library per layer, alias
# sweetspot::NAME, and its unit tests (tests/<same folder>/*_test.cpp) collected under the same name.
function(sweetspot_layer name)
  cmake_parse_arguments(ARG "" "" "SOURCES;LINKS;PRIVATE_LINKS" ${ARGN})
  add_library(sweetspot_${name} STATIC ${ARG_SOURCES})
  add_library(sweetspot::${name} ALIAS sweetspot_${name})
  target_include_directories(sweetspot_${name} PUBLIC ${PROJECT_SOURCE_DIR} ${PROJECT_SOURCE_DIR}/tuner)
  target_include_directories(sweetspot_${name} SYSTEM PRIVATE ${VALIJSON_INCLUDE_DIR})
  # Everywhere alike: without it valijson ends the program on a schema that it cannot read.
  target_compile_definitions(sweetspot_${name} PRIVATE VALIJSON_USE_EXCEPTIONS=1)
  target_link_libraries(sweetspot_${name} PUBLIC ${ARG_LINKS} PRIVATE ${ARG_PRIVATE_LINKS} sweetspot_warnings sweetspot_sanitizers)
endfunction()

# sweetspot_embed(TARGET VARIABLE FILE): the file's text as `extern const std::string_view VARIABLE` in sweetspot::embedded.
# The generated source is written at configure time and again whenever the file changes.
function(sweetspot_embed target variable file)
  set(out ${CMAKE_CURRENT_BINARY_DIR}/${variable}.cpp)
  add_custom_command(
    OUTPUT ${out}
    COMMAND ${CMAKE_COMMAND} -DINPUT=${CMAKE_CURRENT_SOURCE_DIR}/${file} -DOUTPUT=${out} -DVARIABLE=${variable}
            -P ${PROJECT_SOURCE_DIR}/tests/cmake/embed.cmake
    DEPENDS ${CMAKE_CURRENT_SOURCE_DIR}/${file} ${PROJECT_SOURCE_DIR}/tests/cmake/embed.cmake
    VERBATIM)
  target_sources(${target} PRIVATE ${out})
endfunction()
