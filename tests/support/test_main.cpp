#define DOCTEST_CONFIG_IMPLEMENT_WITH_MAIN
#include <cfloat>
#include <doctest/doctest.h>
