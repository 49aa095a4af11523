"""The openai client on one streamed completion: CPU time and latency per token, as JSON. Arguments: port."""
import json
import sys
import time

from openai import OpenAI

client = OpenAI(base_url=f"http://127.0.0.1:{sys.argv[1]}/v1", api_key="none", max_retries=0)
latencies = []
begin = time.process_time()
stream = client.chat.completions.create(
    model="m", messages=[{"role": "user", "content": "go on"}], stream=True, stream_options={"include_usage": True}
)
for chunk in stream:
    text = chunk.choices[0].delta.content if chunk.choices else None
    if text:
        latencies.append(time.monotonic_ns() - int(text))
cpu = time.process_time() - begin
latencies.sort()
print(json.dumps({"tokens": len(latencies), "cpu_us": cpu * 1e6 / max(len(latencies), 1),
                  "p50_us": latencies[len(latencies) // 2] / 1e3, "p95_us": latencies[len(latencies) * 95 // 100] / 1e3}))
