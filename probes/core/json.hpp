#pragma once
#include "probes/core/checked_json.hpp"
#include "probes/core/units.hpp"

#include <boost/asio/ip/address.hpp>

#include <chrono>
#include <cstdint>
#include <optional>
#include <stdexcept>
#include <string>
#include <variant>

// How the project's types look in JSON: numbers, with the unit in the key that holds them.

namespace leadline {
inline void to_json(nlohmann::json& j, Bytes b) {
  j = b.count;
}

inline void from_json(nlohmann::json const& j, Bytes& b) {
  b.count = j.get<std::uint64_t>();
}

inline void to_json(nlohmann::json& j, BitRate r) {
  j = r.per_second;
}

inline void from_json(nlohmann::json const& j, BitRate& r) {
  r.per_second = j.get<double>();
}

inline void to_json(nlohmann::json& j, Mtu m) {
  j = m.octets;
}

inline void from_json(nlohmann::json const& j, Mtu& m) {
  m.octets = j.get<std::uint32_t>();
}
}  // namespace leadline

namespace nlohmann {
template <class Rep, class Period>
struct adl_serializer<std::chrono::duration<Rep, Period>> {
  static void to_json(json& j, std::chrono::duration<Rep, Period> d) { j = d.count(); }

  static void from_json(json const& j, std::chrono::duration<Rep, Period>& d) {
    d = std::chrono::duration<Rep, Period>{j.get<Rep>()};
  }
};

template <class T>
struct adl_serializer<std::optional<T>> {
  static void to_json(json& j, std::optional<T> const& value) {
    if (value)
      j = *value;
    else
      j = nullptr;
  }

  static void from_json(json const& j, std::optional<T>& value) {
    if (j.is_null())
      value.reset();
    else
      value = j.get<T>();
  }
};

template <>
struct adl_serializer<boost::asio::ip::address> {
  static void to_json(json& j, boost::asio::ip::address const& a) { j = a.to_string(); }

  static void from_json(json const& j, boost::asio::ip::address& a) {
    a = boost::asio::ip::make_address(j.get<std::string>());
  }
};

/// {"probe": "tcp_connect", ...its fields...}
template <class... Ps>
struct adl_serializer<std::variant<Ps...>> {
  static void to_json(json& j, std::variant<Ps...> const& v) {
    std::visit(
        [&]<class P>(P const& p) {
          j = p;
          j["probe"] = P::name;
        },
        v);
  }

  static void from_json(json const& j, std::variant<Ps...>& v) {
    auto const name = j.at("probe").template get<std::string>();
    bool const known = ((name == Ps::name && (v = j.get<Ps>(), true)) || ...);
    if (!known) throw std::invalid_argument{"unknown probe '" + name + "'"};
  }
};
}  // namespace nlohmann
