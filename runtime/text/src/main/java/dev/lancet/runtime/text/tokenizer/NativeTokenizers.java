package dev.lancet.runtime.text.tokenizer;

import ai.djl.huggingface.tokenizers.jni.LibUtils;
import ai.djl.huggingface.tokenizers.jni.TokenizersLibrary;
import dev.lancet.dsl.LancetException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Loads the native library only from its jar. On a machine with CUDA, DJL would otherwise download another build. The
 * library is unpacked once (15 MB) to {@code ~/.cache/lancet}, unless {@code ENGINE_CACHE_DIR} or {@code DJL_CACHE_DIR}
 * names another folder. The system properties for this are restored afterwards, because the program around Lancet may
 * use DJL too.
 */
final class NativeTokenizers {

    private NativeTokenizers() {}

    static synchronized TokenizersLibrary load() {
        Map<String, String> wanted = new TreeMap<>(Map.of("ai.djl.offline", "true", "RUST_FLAVOR", "cpu"));
        Path home = Path.of(System.getProperty("user.home", ""));
        if (Files.isWritable(home) && named("ENGINE_CACHE_DIR") == null && named("DJL_CACHE_DIR") == null) {
            wanted.put(
                    "ENGINE_CACHE_DIR", home.resolve(".cache").resolve("lancet").toString());
        }
        Map<String, String> before = new TreeMap<>();
        wanted.forEach((key, value) -> {
            String old = System.setProperty(key, value);
            if (old != null) {
                before.put(key, old);
            }
        });
        try {
            LibUtils.checkStatus();
            return TokenizersLibrary.LIB;
        } catch (RuntimeException | LinkageError e) {
            throw new LancetException(
                    "tokenizer: the native library of Hugging Face tokenizers cannot be loaded on "
                            + System.getProperty("os.name") + " " + System.getProperty("os.arch") + ": "
                            + HuggingFaceVocabulary.oneLine(e.getMessage()) + "; use bytes() or a llama2.c tok*.bin",
                    e);
        } finally {
            wanted.keySet().forEach(System::clearProperty);
            before.forEach(System::setProperty);
        }
    }

    private static @Nullable String named(String key) {
        String variable = System.getenv(key);
        return variable != null ? variable : System.getProperty(key);
    }
}
