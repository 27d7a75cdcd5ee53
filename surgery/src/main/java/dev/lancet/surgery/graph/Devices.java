package dev.lancet.surgery.graph;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * One spelling for each device: TensorFlow accepts {@code /cpu:0}, {@code /device:CPU:0} and the full path as the same.
 */
final class Devices {

    private static final List<String> LOCAL = List.of("job:localhost", "replica:0", "task:0");

    private Devices() {}

    /** {@code /device:CPU:0}; job, replica and task are omitted if they are those of a single process. */
    static String canonical(String device) {
        List<String> parts = new ArrayList<>();
        for (String part : device.split("/", -1)) {
            if (!part.isEmpty() && !LOCAL.contains(part)) {
                parts.add(spelled(part));
            }
        }
        return "/" + String.join("/", parts);
    }

    private static String spelled(String part) {
        String[] fields = part.split(":", -1);
        boolean old = fields.length == 2
                && !List.of("job", "replica", "task", "device").contains(fields[0]);
        if (old) {
            return "device:" + fields[0].toUpperCase(Locale.ROOT) + ":" + fields[1];
        }
        return fields[0].equals("device") && fields.length == 3
                ? "device:" + fields[1].toUpperCase(Locale.ROOT) + ":" + fields[2]
                : part;
    }
}
