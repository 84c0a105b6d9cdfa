#pragma once
#include <nlohmann/json.hpp>

#include <concepts>
#include <limits>
#include <stdexcept>
#include <string>
#include <utility>

// The JSON library, with whole numbers looked at before they are taken. Every source gets the
// library from here: a conversion must be the same in all of them.

namespace nlohmann {
/// The library would cast whatever number stands there, and 8e38 to an int is undefined.
template <std::integral Number>
  requires(!std::same_as<Number, bool>)
struct adl_serializer<Number, void> {
  static void to_json(json& j, Number value) { nlohmann::to_json(j, value); }

  static void from_json(json const& j, Number& value) {
    auto const fits = [&](auto const* number) {
      if (number == nullptr || !std::in_range<Number>(*number)) return false;
      value = static_cast<Number>(*number);
      return true;
    };
    // An unsigned number is an integer too, but not the other way about.
    if (fits(j.get_ptr<json::number_unsigned_t const*>())) return;
    if (!j.is_number_unsigned() && fits(j.get_ptr<json::number_integer_t const*>())) return;
    throw std::invalid_argument{
        "a whole number from " + std::to_string(std::numeric_limits<Number>::min()) + " to " +
        std::to_string(std::numeric_limits<Number>::max()) + " must stand in place of " +
        (j.is_primitive() ? j.dump(-1, ' ', true, json::error_handler_t::replace).substr(0, 40)
                          : std::string{j.type_name()})};
  }
};
}  // namespace nlohmann
