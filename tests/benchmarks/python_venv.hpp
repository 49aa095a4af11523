#pragma once

#include <string>

/// Tools in Python that the benchmarks are compared with.
namespace sweetspot::benchmarks {

/// A Python of our own, beside the other downloads, that has the package; empty where it cannot be had.
std::string python_with(const std::string& package);

/// What a shell command writes to stdout.
std::string output_of(const std::string& command);

}  // namespace sweetspot::benchmarks
