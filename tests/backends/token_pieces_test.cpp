#include "backends/token_pieces.hpp"

#include <doctest/doctest.h>

using namespace sweetspot;

TEST_SUITE("backends/token_pieces") {
  TEST_CASE("byte-pair letters are bytes: every one of the 256, and nothing else") {
    CHECK(bytes_of_piece("The") == "The");
    CHECK(bytes_of_piece("Ġcapital") == " capital");
    CHECK(bytes_of_piece("ĊĊ") == "\n\n");
    CHECK(bytes_of_piece("ĉ") == "\t");
    CHECK(bytes_of_piece("Ã©") == "é");
    CHECK(bytes_of_piece("ĠâĤ¬") == " €");
    CHECK(bytes_of_piece("Ń") == "\xAD");  // the last of the letters
    CHECK(bytes_of_piece("ł") == "\xA0");
    CHECK(bytes_of_piece("") == "");
  }

  TEST_CASE("other vocabularies: a blank of its own, a byte by its number, text as it stands") {
    CHECK(bytes_of_piece("▁is") == " is");
    CHECK(bytes_of_piece("<0x0A>") == "\n");
    CHECK(bytes_of_piece("<0xZZ>") == "<0xZZ>");
    CHECK(bytes_of_piece("日本") == "日本");
    CHECK(bytes_of_piece("<|im_end|>") == "<|im_end|>");
  }

  TEST_CASE("the most probable alternative is the token, and the one that ended the answer has no bytes") {
    RequestSample sample;
    sample.finish_reason = "stop";
    TokenRecord first;  // listed in no order: what stood first was another token
    first.id = 7;
    first.bytes = "Ġno";
    first.top = {{3, "Ġyes", -0.1}, {7, "Ġno", -2.0}, {9, "<|im_end|>", -5.0}};
    TokenRecord last;
    last.id = 9;
    last.bytes = "<|im_end|>";
    last.top = {{9, "<|im_end|>", 0.0}};
    sample.tokens = {first, last};
    settle_pieces(sample);
    CHECK(sample.tokens[0].id == 3);
    CHECK(sample.tokens[0].bytes == " yes");
    CHECK(sample.tokens[0].logprob == -0.1);
    CHECK(sample.tokens[0].top[2].bytes.empty());
    CHECK(sample.tokens[1].bytes.empty());
  }

  TEST_CASE("an answer that was cut has no end") {
    RequestSample sample;
    sample.finish_reason = "length";
    TokenRecord only;
    only.top = {{3, "Ġyes", -0.1}};
    sample.tokens = {only};
    settle_pieces(sample);
    CHECK(sample.tokens[0].bytes == " yes");
  }
}
