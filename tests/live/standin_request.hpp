#pragma once

#include <string>
#include <string_view>
#include <vector>

/// What a chat request asks for, and the faults that befall it before the real server sees it.
namespace sweetspot::standin {

struct ChatRequest {
  int number = 0;  ///< of this chat request, from 1; 0: it is no chat request
  bool logprobs = false;
  double temperature = 0;
};

/// A field that is not there is as above: nothing is known of the real server's own defaults.
ChatRequest chat_request(int number, const std::string& body);

/// The faults that leave every answer as the real server gave it.
const std::vector<std::string_view>& request_fault_names();

/// Whether the connection is closed without a byte.
bool is_refused(std::string_view fault, const ChatRequest& request);

/// The body that the real server gets.
std::string passed_on(std::string_view fault, const ChatRequest& request, const std::string& body);

}  // namespace sweetspot::standin
