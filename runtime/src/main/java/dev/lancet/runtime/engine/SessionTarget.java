package dev.lancet.runtime.engine;

import dev.lancet.runtime.natives.NativeHandle;
import dev.lancet.runtime.natives.TensorFlowLibrary;
import java.lang.reflect.Constructor;
import org.bytedeco.javacpp.BytePointer;
import org.tensorflow.Graph;
import org.tensorflow.Session;
import org.tensorflow.internal.c_api.TF_Graph;
import org.tensorflow.internal.c_api.TF_Session;
import org.tensorflow.internal.c_api.TF_SessionOptions;
import org.tensorflow.internal.c_api.TF_Status;
import org.tensorflow.internal.c_api.global.tensorflow;
import org.tensorflow.proto.ConfigProto;

/**
 * A TensorFlow server that runs sessions. TensorFlow Java opens sessions only in the process itself, so this class opens
 * them through TensorFlow's C interface, and makes TensorFlow Java's {@link Session} of them.
 *
 * @param address the server, as {@code grpc://HOST:PORT}
 * @param filter the devices that sessions see
 * @param leader the worker that coordinates collectives, as {@code /job:NAME/replica:0/task:N}
 */
public record SessionTarget(String address, String filter, String leader) {

    /** Adds the part of the settings that sessions of one server share with the server itself. */
    public ConfigProto.Builder into(ConfigProto.Builder config) {
        return config.addDeviceFilters(filter)
                .setExperimental(config.getExperimental().toBuilder().setCollectiveGroupLeader(leader));
    }

    Session session(Graph graph, ConfigProto config) {
        TensorFlowLibrary.load();
        byte[] settings = into(config.toBuilder()).build().toByteArray();
        try (BytePointer bytes = new BytePointer(settings);
                TF_SessionOptions options = TF_SessionOptions.newSessionOptions();
                TF_Status status = TF_Status.newStatus()) {
            tensorflow.TF_SetTarget(options, address);
            tensorflow.TF_SetConfig(options, bytes, settings.length, status);
            status.throwExceptionIfNotOK();
            TF_Session handle =
                    tensorflow.TF_NewSession(NativeHandle.of(Graph.class, graph, TF_Graph.class), options, status);
            status.throwExceptionIfNotOK();
            return opened(graph, handle);
        }
    }

    private static Session opened(Graph graph, TF_Session handle) {
        try {
            Constructor<Session> constructor = Session.class.getDeclaredConstructor(Graph.class, TF_Session.class);
            constructor.setAccessible(true);
            return constructor.newInstance(graph, handle);
        } catch (ReflectiveOperationException unknown) {
            throw NativeHandle.otherVersion(unknown);
        }
    }

    /** Cancels the runs of a session from another thread than theirs. The session must still be closed. */
    static void cancel(Session session) {
        TF_Session handle = NativeHandle.of(Session.class, session, TF_Session.class);
        try (TF_Status status = TF_Status.newStatus()) {
            // The status says that the session is closed already, or nothing.
            tensorflow.TF_CloseSession(handle, status);
        }
    }
}
