"""Whoever asks the model limits its answer, and the server hears it."""

from tunespec import expect, pitfall


@pitfall("I001", severity="error")
def test_unlimited_output(limits):
    """Nothing ends an answer that does not end by itself, or the limit that should do so is not heard.

    Problem:
        Every model now and then misses its end: it repeats a sentence, or goes on with the next question. Ollama's own
        default is no limit: such an answer runs until 10 times the context is full, which takes minutes and blocks the
        server for all others. And a limit under another program's name (`max_tokens` inside `options`) is ignored
        without a word, so that everything looks right until that day.

    Prevention:
        Write `PARAMETER num_predict` into the Modelfile: it counts for every caller that sets none. Take a number above
        the longest training answer, and below the context (`num_ctx`) with room for the prompt.

    Fix:
        Set a limit above 0 where the finding says: `PARAMETER num_predict 1024` in a Modelfile, `num_predict` inside
        `options` for Ollama's own endpoints, `max_tokens` for its OpenAI endpoints, vLLM and llama-cpp-python,
        `max_new_tokens` for transformers; and each library's own name for it: LangChain's `ChatOllama` and LlamaIndex's
        `Ollama` drop `max_tokens` without a word. Calls in Python programs are read, not run: a limit that comes from a
        variable counts as set. Read are the clients `ollama` and `openai`, HTTP requests of `requests`, `httpx` and
        `aiohttp`, `ChatOllama`, `OllamaLLM` and `ChatOpenAI` of LangChain, `Ollama` of LlamaIndex, and LiteLLM's
        `completion`, where they ask an Ollama server; `generate` of a model of transformers or Unsloth,
        `pipeline("text-generation")`, LangChain's `HuggingFacePipeline`; vLLM's `SamplingParams`, `LLM.generate` and
        `LLM.chat`; `Llama` of llama-cpp-python. Look at others yourself. Beside a Modelfile calls and requests that
        name another model do not count.

    Kinds:
        no_limit: {value} | neither the Modelfile nor each request beside it sets a limit, or a call of vLLM or
            llama-cpp-python has none | one answer that does not end keeps the server busy for minutes
        limit_off: {value} | a limit of 0 or less, for Ollama (transformers and vLLM refuse it with an
            error) | it is written as if it were a limit, or switches the Modelfile's off, and an answer that does not
            end runs on
        ignored_limit: {value} | a limit under a name, or in a place, that the server does not read | the answer has
            another limit than the one that was written, or none
        limit_beyond_context: {value} | a limit that is not below the size of the context | the context is full before
            the limit counts: the server drops the beginning of the conversation, or ends in the middle
        default_limit: {value} | a call of transformers, vLLM or llama-cpp-python without a limit, where the library's
            own counts, unless the model has a `generation_config.json` with another that is not at hand | answers end
            in the middle of a sentence, often after a few words
        short_limit: {value} | a limit that more than 1 % of the training answers exceed, in the tokens of the
            configured `tokenizer`, else in words, of which each is at least one token | the model answers at the
            length that it was taught, and is cut off

    Sources:
        Ollama 0.34.2: api/types.go (num_predict -1, 0 left out), llm/llama_server.go (boundedNumPredict), openai.go;
        0 and unknown options measured on a server of that version. ollama issues 7078, 7814 (runs forever), 10857 and
        11892 (num_predict ignored). vLLM, sampling_params.py (max_tokens 16), entrypoints/llm.py; transformers,
        generation/configuration_utils.py (max_length 20), pipelines/text_generation.py of version 5.24 (256 new
        tokens); llama-cpp-python, llama_cpp/llama.py (16 for completions, none for chats). What LangChain, LlamaIndex
        and LiteLLM send was measured on a server that writes it down. Seven of eight Modelfiles of public projects set
        no limit, so that alone is a warning.
    """
    return [
        expect.ExpectColumnValuesToBeNull(column="no_limit", severity="warning"),
        expect.ExpectColumnValuesToBeNull(column="limit_off"),
        expect.ExpectColumnValuesToBeNull(column="ignored_limit"),
        expect.ExpectColumnValuesToBeNull(column="limit_beyond_context", severity="warning"),
        expect.ExpectColumnValuesToBeNull(column="default_limit", severity="warning"),
        expect.ExpectColumnValuesToBeNull(column="short_limit", severity="warning"),
    ]
