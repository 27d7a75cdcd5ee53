package dev.lancet.runtime.memory;

import java.lang.reflect.Method;
import org.bytedeco.javacpp.Pointer;

/** The memory outside the Java heap. */
public final class NativeMemory {

    private NativeMemory() {}

    /**
     * Gives memory that was freed back to the system. The C library keeps it otherwise, so that a process stays at its peak
     * after its models are closed. JavaCPP has the call ({@code malloc_trim}) but keeps it to itself; without it, nothing
     * happens. TensorFlow's pool for oneDNN keeps its memory, unless {@code TF_ONEDNN_USE_SYSTEM_ALLOCATOR=1} is in the
     * environment.
     */
    public static void trim() {
        try {
            Method trim = Pointer.class.getDeclaredMethod("trimMemory");
            trim.setAccessible(true);
            trim.invoke(null);
        } catch (ReflectiveOperationException | LinkageError | RuntimeException unsupported) {
            return;
        }
    }
}
