package dev.lancet.runtime.doctor;

import java.util.ArrayList;
import java.util.List;
import org.tensorflow.internal.c_api.TF_DeviceList;
import org.tensorflow.internal.c_api.TF_Graph;
import org.tensorflow.internal.c_api.TF_Session;
import org.tensorflow.internal.c_api.TF_SessionOptions;
import org.tensorflow.internal.c_api.TF_Status;
import org.tensorflow.internal.c_api.global.tensorflow;

/**
 * Something that TensorFlow can compute on.
 *
 * @param name as graphs name it, for example {@code /job:localhost/replica:0/task:0/device:CPU:0}
 * @param type {@code CPU} or {@code GPU}
 * @param bytes memory that TensorFlow may take of it
 */
public record Device(String name, String type, long bytes) {

    /** All that this process sees. TensorFlow Java has no call for it, its C interface has. */
    static List<Device> all() {
        TF_Status status = tensorflow.TF_NewStatus();
        TF_SessionOptions options = tensorflow.TF_NewSessionOptions();
        TF_Graph graph = tensorflow.TF_NewGraph();
        TF_Session session = tensorflow.TF_NewSession(graph, options, status);
        TF_DeviceList list = tensorflow.TF_SessionListDevices(session, status);
        List<Device> devices = new ArrayList<>();
        for (int i = 0; i < tensorflow.TF_DeviceListCount(list); i++) {
            devices.add(new Device(
                    tensorflow.TF_DeviceListName(list, i, status).getString(),
                    tensorflow.TF_DeviceListType(list, i, status).getString(),
                    tensorflow.TF_DeviceListMemoryBytes(list, i, status)));
        }
        tensorflow.TF_DeleteDeviceList(list);
        tensorflow.TF_CloseSession(session, status);
        tensorflow.TF_DeleteSession(session, status);
        tensorflow.TF_DeleteGraph(graph);
        tensorflow.TF_DeleteSessionOptions(options);
        tensorflow.TF_DeleteStatus(status);
        return List.copyOf(devices);
    }
}
