#pragma once
#include <yaml-cpp/mark.h>

#include <optional>
#include <string>

namespace leadline {

/// Where something stands after the first document of a text: a second one that is not empty, or
/// what is no YAML, such as a comma after a closing brace. YAML::Load reads the first and ignores
/// the rest; YAML::LoadAll never ends at that comma. Throws YAML::Exception where YAML::Load does.
std::optional<YAML::Mark> second_document(std::string const& text);
}  // namespace leadline
