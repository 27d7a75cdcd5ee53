package dev.lancet.runtime.natives;

import java.nio.charset.StandardCharsets;
import org.bytedeco.javacpp.BytePointer;
import org.bytedeco.javacpp.Loader;
import org.bytedeco.javacpp.Pointer;
import org.bytedeco.javacpp.PointerPointer;

/**
 * The environment of this process as native code sees it. Java reads the environment once and cannot change it; child
 * processes started by Java get Java's copy.
 */
final class NativeEnvironment {

    /** The C library's array of {@code NAME=value} entries, ending with a null pointer. */
    private static final String VARIABLES = "environ";

    private NativeEnvironment() {}

    /**
     * Adds a variable that does not exist yet. A single write replaces the old array by a new one, so that a thread that
     * reads the environment sees either of them, whole. Both stay in memory for the life of the process.
     *
     * @throws UnsatisfiedLinkError if JavaCPP's own native library is missing
     */
    static void put(String name, String value) {
        Loader.load(org.bytedeco.javacpp.presets.javacpp.class);
        PointerPointer<Pointer> variables = new PointerPointer<>(Loader.addressof(VARIABLES));
        PointerPointer<Pointer> old = new PointerPointer<>(variables.get(0));
        int count = 0;
        while (old.get(count) != null) {
            count++;
        }
        PointerPointer<Pointer> longer =
                new PointerPointer<>(Pointer.malloc((long) Loader.sizeof(Pointer.class) * (count + 2)));
        for (int i = 0; i < count; i++) {
            longer.put(i, old.get(i));
        }
        longer.put(count, text(name + "=" + value));
        longer.put(count + 1, (Pointer) null);
        variables.put(0, longer);
    }

    private static BytePointer text(String text) {
        byte[] bytes = (text + "\0").getBytes(StandardCharsets.UTF_8);
        return new BytePointer(Pointer.malloc(bytes.length)).put(bytes, 0, bytes.length);
    }
}
