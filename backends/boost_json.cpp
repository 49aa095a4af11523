// The whole of Boost.JSON, compiled here: so only Boost's headers are needed.
#include <boost/json/src.hpp>
