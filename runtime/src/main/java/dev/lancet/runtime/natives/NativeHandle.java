package dev.lancet.runtime.natives;

import java.lang.reflect.Field;

/** The handles of TensorFlow's C interface that objects of TensorFlow Java keep to themselves. */
public final class NativeHandle {

    private static final String FIELD = "nativeHandle";

    private NativeHandle() {}

    /**
     * The handle of an object.
     *
     * @param type its class in TensorFlow Java, which declares the field
     * @param handle the class of the handle
     * @throws IllegalStateException if TensorFlow Java is another version than the one that Lancet knows
     */
    public static <T, H> H of(Class<T> type, T object, Class<H> handle) {
        try {
            Field field = type.getDeclaredField(FIELD);
            field.setAccessible(true);
            return handle.cast(field.get(object));
        } catch (ReflectiveOperationException unknown) {
            throw otherVersion(unknown);
        }
    }

    /** The error if TensorFlow Java does not have what Lancet expects. */
    public static IllegalStateException otherVersion(ReflectiveOperationException reason) {
        return new IllegalStateException(
                "TensorFlow Java is another version than the one that Lancet knows: " + reason.getMessage(), reason);
    }
}
