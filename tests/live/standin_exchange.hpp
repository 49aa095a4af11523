#pragma once

#include <string>
#include <string_view>
#include <vector>

/// What a chat request asks for, and what becomes of an exchange beside the body of its answer.
namespace sweetspot::standin {

struct ChatRequest {
  int number = 0;  ///< of this chat request, from 1; 0: it is no chat request
  bool logprobs = false;
  double temperature = 0;
};

/// A field that is not there is as above: nothing is known of the real server's own defaults.
ChatRequest chat_request(int number, const std::string& body);

/// The faults that leave the body of every answer as the real server gave it.
const std::vector<std::string_view>& exchange_fault_names();

/// Whether the connection is closed without a byte.
bool is_refused(std::string_view fault, const ChatRequest& request);

/// The body that the real server gets.
std::string passed_on(std::string_view fault, const ChatRequest& request, const std::string& body);

/// The head of an interim answer that goes out before any final one; empty without that fault.
std::string interim_answer(std::string_view fault);

/// The head of a final answer as it goes out.
std::string answer_head(std::string_view fault, const std::string& head);

}  // namespace sweetspot::standin
