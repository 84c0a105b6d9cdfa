#include "probes/wire/message.hpp"

#include <fmt/format.h>

#include <exception>

namespace leadline {
namespace {

/// Nested deeper than any message of ours: refused before a parser recurses into it.
constexpr int depth_limit = 24;

/// Looked at before parsing: the parser's own callback would cost more than the parsing.
bool is_nested_too_deep(std::string_view text) {
  int depth = 0;
  bool quoted = false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    char const c = text[i];
    if (quoted) {
      if (c == '\\') ++i;
      if (c == '"') quoted = false;
    } else if (c == '"') {
      quoted = true;
    } else if (c == '{' || c == '[') {
      if (++depth > depth_limit) return true;
    } else if (c == '}' || c == ']') {
      --depth;
    }
  }
  return false;
}

template <class... Ms>
std::string encode_any(std::variant<Ms...> const& message) {
  return std::visit(
      []<class M>(M const& m) {
        nlohmann::json j = m;
        j["type"] = M::name;
        // Text from the system (an interface's name, a certificate) need not be UTF-8.
        return j.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
      },
      message);
}

template <class M>
M read(nlohmann::json const& j) {
  return j.get<M>();
}

/// Another protocol may say the rest otherwise: it is to be refused for its number, not for a key.
template <>
Hello read<Hello>(nlohmann::json const& j) {
  Hello hello{.protocol = j.at("protocol").get<int>()};
  if (hello.protocol == protocol_version) return j.get<Hello>();
  auto const text = [&](char const* key) {
    auto const at = j.find(key);
    return at != j.end() && at->is_string() ? at->get<std::string>() : std::string{};
  };
  hello.version = text("version");
  hello.cluster = text("cluster");
  hello.node = text("node");
  return hello;
}

template <class M, class... Ms>
bool read_as(std::string const& type, nlohmann::json const& j, std::variant<Ms...>& message) {
  if (type != M::name) return false;
  message = read<M>(j);
  return true;
}

template <class... Ms>
void read_any(std::string const& type, nlohmann::json const& j, std::variant<Ms...>& message) {
  if (!(read_as<Ms>(type, j, message) || ...))
    throw std::invalid_argument{"unknown message type '" + type.substr(0, 40) + "'"};
}

template <class Message>
tl::expected<Message, std::string> decode_any(std::string_view text) {
  try {
    if (is_nested_too_deep(text)) throw std::invalid_argument{"nested too deep"};
    nlohmann::json const j = nlohmann::json::parse(text);
    Message message;
    read_any(j.at("type").template get<std::string>(), j, message);
    return message;
  } catch (
      std::exception const& e) {  // nlohmann's, from_hex's, make_address's: all mean "malformed"
    return tl::unexpected(fmt::format("not a message of leadline: {}", e.what()));
  }
}
}  // namespace

std::string encode(AgentMessage const& message) {
  return encode_any(message);
}

std::string encode(CoordinatorMessage const& message) {
  return encode_any(message);
}

tl::expected<AgentMessage, std::string> decode_agent_message(std::string_view text) {
  return decode_any<AgentMessage>(text);
}

tl::expected<CoordinatorMessage, std::string> decode_coordinator_message(std::string_view text) {
  return decode_any<CoordinatorMessage>(text);
}
}  // namespace leadline
