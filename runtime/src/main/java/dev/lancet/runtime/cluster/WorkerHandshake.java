package dev.lancet.runtime.cluster;

import dev.lancet.dsl.LancetException;
import dev.lancet.runtime.checkpoint.Versions;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.Optional;

/**
 * The first words of a worker to the chief.
 *
 * @param index its place
 * @param workers its list of all workers
 * @param version its version of Lancet
 */
record WorkerHandshake(int index, String workers, String version) {

    private static final String MAGIC = "lancet-cluster-1";
    private static final int PATIENCE_MILLIS = 5000;

    static WorkerHandshake of(ClusterSpec spec) {
        return new WorkerHandshake(spec.index(), spec.list(), Versions.lancet());
    }

    void write(Socket socket) throws IOException {
        DataOutputStream out = new DataOutputStream(socket.getOutputStream());
        out.writeUTF(MAGIC);
        out.writeInt(index);
        out.writeUTF(workers);
        out.writeUTF(version);
        out.flush();
    }

    /** The greeting of a worker; empty if something else connected. */
    static Optional<WorkerHandshake> read(Socket socket) {
        try {
            socket.setSoTimeout(PATIENCE_MILLIS);
            DataInputStream in = new DataInputStream(socket.getInputStream());
            // The length first: a port scanner's bytes would name any length, and be waited for.
            return in.readUnsignedShort() == MAGIC.length()
                            && new String(in.readNBytes(MAGIC.length()), StandardCharsets.UTF_8).equals(MAGIC)
                    ? Optional.of(new WorkerHandshake(in.readInt(), in.readUTF(), in.readUTF()))
                    : Optional.empty();
        } catch (IOException strange) {
            return Optional.empty();
        }
    }

    /**
     * Checks that a worker belongs to the group.
     *
     * @throws LancetException if it has another list or another version
     */
    void require(ClusterSpec spec) {
        String who = index > 0 && index < spec.size() ? spec.name(index) : "a worker with index " + index;
        if (!workers.equals(spec.list())) {
            throw new LancetException(who + " has the list of workers " + workers + ", but the chief has " + spec.list()
                    + "; give all of them the same list");
        }
        if (index <= 0) {
            throw new LancetException(who + " came, but the chief is index 0; give every process its own index");
        }
        if (!version.equals(Versions.lancet())) {
            throw new LancetException(who + " has Lancet " + version + ", but the chief has " + Versions.lancet()
                    + "; use one version on all machines");
        }
    }
}
