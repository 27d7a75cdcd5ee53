package dev.lancet.runtime.device;

import dev.lancet.runtime.natives.TensorFlowLibrary;
import java.util.ArrayList;
import java.util.List;
import org.bytedeco.javacpp.BytePointer;
import org.tensorflow.internal.c_api.TF_DeviceList;
import org.tensorflow.internal.c_api.TF_Graph;
import org.tensorflow.internal.c_api.TF_Session;
import org.tensorflow.internal.c_api.TF_SessionOptions;
import org.tensorflow.internal.c_api.TF_Status;
import org.tensorflow.internal.c_api.global.tensorflow;
import org.tensorflow.proto.ConfigProto;

/**
 * A device that TensorFlow can compute on.
 *
 * @param name its name in graphs, such as {@code /job:localhost/replica:0/task:0/device:CPU:0}
 * @param type {@code CPU} or {@code GPU}
 * @param bytes the memory that TensorFlow may take of it
 */
public record RegisteredDevice(String name, String type, long bytes) {

    /** All devices that this process sees; the query reserves as little GPU memory as possible. */
    public static List<RegisteredDevice> all() {
        return all(ResolvedDevice.gpu(0, 1).config().build());
    }

    /**
     * All devices that a session with these settings sees. TensorFlow Java has no call for this, but its C interface
     * does. The first session of a process decides how GPU memory is allocated, so the settings matter here.
     */
    static List<RegisteredDevice> all(ConfigProto config) {
        TensorFlowLibrary.load();
        byte[] bytes = config.toByteArray();
        TF_Status status = tensorflow.TF_NewStatus();
        TF_SessionOptions options = tensorflow.TF_NewSessionOptions();
        try (BytePointer text = new BytePointer(bytes)) {
            tensorflow.TF_SetConfig(options, text, bytes.length, status);
        }
        TF_Graph graph = tensorflow.TF_NewGraph();
        TF_Session session = tensorflow.TF_NewSession(graph, options, status);
        List<RegisteredDevice> devices = new ArrayList<>();
        try {
            if (tensorflow.TF_GetCode(status) != tensorflow.TF_OK) {
                throw new IllegalStateException("devices: TensorFlow cannot list them; "
                        + tensorflow.TF_Message(status).getString());
            }
            TF_DeviceList list = tensorflow.TF_SessionListDevices(session, status);
            for (int i = 0; i < tensorflow.TF_DeviceListCount(list); i++) {
                devices.add(new RegisteredDevice(
                        tensorflow.TF_DeviceListName(list, i, status).getString(),
                        tensorflow.TF_DeviceListType(list, i, status).getString(),
                        tensorflow.TF_DeviceListMemoryBytes(list, i, status)));
            }
            tensorflow.TF_DeleteDeviceList(list);
            tensorflow.TF_CloseSession(session, status);
            tensorflow.TF_DeleteSession(session, status);
        } finally {
            tensorflow.TF_DeleteGraph(graph);
            tensorflow.TF_DeleteSessionOptions(options);
            tensorflow.TF_DeleteStatus(status);
        }
        return List.copyOf(devices);
    }

    /** Whether it is a GPU. */
    public boolean gpu() {
        return type.equals("GPU");
    }
}
