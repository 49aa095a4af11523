# Tests with processes and sockets; they need the scripted server.
if(NOT TARGET fake_server)
  add_executable(fake_server ${PROJECT_SOURCE_DIR}/tests/support/fake_server.cpp)
  target_link_libraries(fake_server PRIVATE nlohmann_json::nlohmann_json sweetspot_warnings sweetspot_sanitizers)
endif()
sweetspot_test(backends_io
  SOURCES at_once_test.cpp chat_json_test.cpp chat_test.cpp daemon_test.cpp exit_failure_test.cpp http_client_test.cpp messages_test.cpp recognition_test.cpp responses_test.cpp server_process_test.cpp
          sse_parser_test.cpp
  LINKS sweetspot::backends nlohmann_json::nlohmann_json Boost::headers)
target_compile_definitions(backends_io_test PRIVATE SWEETSPOT_FAKE_SERVER="$<TARGET_FILE:fake_server>")
add_dependencies(backends_io_test fake_server)
