#include "probes/linux/sysctl.hpp"

#include <algorithm>
#include <fstream>
#include <sstream>

namespace leadline {

std::string sysctl(std::string_view name) {
  std::string path{name};
  std::ranges::replace(path, '.', '/');
  std::ifstream file{"/proc/sys/" + path};
  std::string line;
  std::getline(file, line);
  return line;
}

std::vector<std::uint64_t> sysctl_numbers(std::string_view name) {
  std::istringstream line{sysctl(name)};
  std::vector<std::uint64_t> numbers;
  for (std::uint64_t number{}; line >> number;) numbers.push_back(number);
  return numbers;
}
}  // namespace leadline
