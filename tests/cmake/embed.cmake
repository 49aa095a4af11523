# Writes INPUT's bytes as a C++ array. Long string literals are limited in some compilers; arrays are not.
file(READ "${INPUT}" hex HEX)
string(REGEX REPLACE "([0-9a-f][0-9a-f])" "'\\\\x\\1'," bytes "${hex}")
string(REGEX REPLACE "(................................................................................................................)" "\\1\n" bytes "${bytes}")
file(WRITE "${OUTPUT}" "#include <string_view>
namespace sweetspot::embedded {
namespace {
constexpr char bytes[] = {${bytes}'\\0'};
}
extern const std::string_view ${VARIABLE};
const std::string_view ${VARIABLE}{bytes, sizeof(bytes) - 1};
}  // namespace sweetspot::embedded
")
