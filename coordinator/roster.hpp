#pragma once
#include "coordinator/survey.hpp"
#include "probes/core/node_name.hpp"
#include "probes/wire/channel.hpp"
#include "probes/wire/message.hpp"
#include "probes/wire/tls_identity.hpp"

#include <boost/asio/awaitable.hpp>
#include <boost/asio/ip/tcp.hpp>

#include <chrono>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

namespace leadline {

/// The agents that are connected: takes them in, keeps them alive, compares clocks, and tells when
/// one speaks or leaves. One thread.
class Roster : public std::enable_shared_from_this<Roster> {
 public:
  /// An agent that is silent for this long is lost; it answers a ping each second.
  static constexpr std::chrono::seconds agent_silence_limit{10};
  /// Connections that have not yet said who they are; further ones wait in the kernel's queue.
  static constexpr int most_unknown = 2048;
  static constexpr std::chrono::seconds introduction_limit{10};

  struct Member {
    NodeName name;
    std::string version;
    std::string from;  ///< address:port of its control connection
    std::shared_ptr<Channel> channel;
    std::optional<ClockOffset> clock;
  };

  struct Events {
    std::function<void()> changed;  ///< somebody came, left or was refused
    std::function<void(Member const&, AgentMessage)> said;
    std::function<void(Member const&, std::string why)> left;
  };

  /// `decoders` run long messages through the parser, beside the one thread that has all the rest.
  static std::shared_ptr<Roster> open(boost::asio::ip::tcp::acceptor acceptor,
                                      boost::asio::any_io_executor decoders,
                                      std::shared_ptr<TlsIdentity const> identity, Plan plan);

  void listen(Events events) { events_ = std::move(events); }

  [[nodiscard]] std::map<NodeName, Member> const& members() const { return members_; }

  /// Who was turned away, and why: told once each.
  [[nodiscard]] std::set<std::string> const& refusals() const { return refusals_; }

  /// Nothing happens if it has left.
  void send(NodeName const& to, std::shared_ptr<std::string const> framed);
  void send(NodeName const& to, CoordinatorMessage const& message);

  /// Sends what is queued, then closes every connection and the listener.
  boost::asio::awaitable<void> close();

 private:
  Roster(boost::asio::ip::tcp::acceptor acceptor, boost::asio::any_io_executor decoders,
         std::shared_ptr<TlsIdentity const> identity, Plan plan);
  static boost::asio::awaitable<void> accept_all(std::shared_ptr<Roster> roster);
  static boost::asio::awaitable<void> ping_all(std::shared_ptr<Roster> roster);
  static boost::asio::awaitable<void> attend(std::shared_ptr<Roster> roster,
                                             boost::asio::ip::tcp::socket socket);
  static Async<Member> introduce(std::shared_ptr<Roster> roster,
                                 boost::asio::ip::tcp::socket socket, std::string from);
  static boost::asio::awaitable<std::string> hear(std::shared_ptr<Roster> roster, Member member);
  void refuse(std::string const& who, std::string const& why);
  void compare_clock(NodeName const& name, Pong const& pong);

  boost::asio::ip::tcp::acceptor acceptor_;
  boost::asio::any_io_executor decoders_;
  std::shared_ptr<TlsIdentity const> identity_;
  Plan plan_;
  Events events_{.changed = [] {},
                 .said = [](auto const&, auto const&) {},
                 .left = [](auto const&, auto const&) {}};
  std::map<NodeName, Member> members_;
  std::set<std::string> refusals_;
  int unknown_{};
};
}  // namespace leadline
