package dev.lancet.runtime.gguf.vocabulary;

/** What a token is, by the numbers of GGUF (llama.cpp, {@code enum llama_token_type}). */
enum TokenType {
    /** A piece of text. */
    NORMAL(1),
    /** Stands for text without a token. */
    UNKNOWN(2),
    /** Controls the model and is no text, for example the begin of a text. */
    CONTROL(3),
    /** A piece of text that is never split. */
    USER_DEFINED(4),
    /** An id without a token. */
    UNUSED(5),
    /** One byte. */
    BYTE(6);

    private final int id;

    TokenType(int id) {
        this.id = id;
    }

    int id() {
        return id;
    }
}
