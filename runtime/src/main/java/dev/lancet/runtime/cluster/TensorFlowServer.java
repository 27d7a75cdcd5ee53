package dev.lancet.runtime.cluster;

import dev.lancet.dsl.LancetException;
import dev.lancet.runtime.engine.SessionTarget;
import dev.lancet.runtime.natives.NativeHandle;
import dev.lancet.runtime.natives.TensorFlowLibrary;
import java.io.IOException;
import java.net.InetAddress;
import java.util.List;
import org.tensorflow.Server;
import org.tensorflow.exceptions.TensorFlowException;
import org.tensorflow.internal.c_api.TF_Server;
import org.tensorflow.internal.c_api.global.tensorflow;
import org.tensorflow.proto.ClusterDef;
import org.tensorflow.proto.ConfigProto;
import org.tensorflow.proto.JobDef;
import org.tensorflow.proto.ServerDef;

/** TensorFlow's server of a worker. It lives as long as the process, because TensorFlow cannot stop one. */
final class TensorFlowServer {

    private static final String JOB = "worker";

    private final ClusterSpec spec;
    private final JoinSettings settings;

    TensorFlowServer(ClusterSpec spec, JoinSettings settings) {
        this.spec = spec;
        this.settings = settings;
    }

    /** A server that runs: the port on which it listens, and what sessions need to know. */
    record Running(int port, SessionTarget target) {}

    /**
     * Starts the server.
     *
     * @param ports the port of every worker's server; that of this one may be 0 for any
     * @param config the settings of the server and its sessions
     * @throws LancetException if it cannot listen, or cannot be restricted to the address of this worker
     */
    Running start(List<Integer> ports, ConfigProto.Builder config) {
        TensorFlowLibrary.load();
        JobDef.Builder job = JobDef.newBuilder().setName(JOB);
        for (int worker = 0; worker < spec.size(); worker++) {
            job.putTasks(worker, address(worker, ports.get(worker)));
        }
        SessionTarget unbound = new SessionTarget("", "/job:" + JOB + "/task:" + spec.index(), task(0));
        ServerDef definition = ServerDef.newBuilder()
                .setCluster(ClusterDef.newBuilder().addJob(job))
                .setJobName(JOB)
                .setTaskIndex(spec.index())
                .setProtocol("grpc")
                .setDefaultSessionConfig(unbound.into(config))
                .build();
        try {
            Server server = new Server(definition);
            String target = target(server);
            int port = Integer.parseInt(target.substring(target.lastIndexOf(':') + 1));
            restrict(port);
            server.start();
            return new Running(port, new SessionTarget(target, unbound.filter(), unbound.leader()));
        } catch (TensorFlowException busy) {
            throw new LancetException(
                    spec.name(spec.index()) + ": TensorFlow cannot listen there: " + busy.getMessage()
                            + "; give it a free port of an address of its machine",
                    busy);
        }
    }

    private static String task(int index) {
        return "/job:" + JOB + "/replica:0/task:" + index;
    }

    private String address(int worker, int port) {
        String address = spec.workers().get(worker).toString();
        return address.substring(0, address.lastIndexOf(':') + 1) + port;
    }

    private void restrict(int port) {
        String why;
        try {
            InetAddress own = spec.own().resolve();
            why = new DestinationAddressFilter(own).attach(port);
        } catch (IOException unknown) {
            why = String.valueOf(unknown.getMessage());
        }
        if (!why.isEmpty() && !settings.insecureNetwork()) {
            throw new LancetException(spec.name(spec.index()) + ": TensorFlow's server listens on all addresses of"
                    + " this machine, and " + why + "; fence it yourself and add --insecure-network");
        }
    }

    private static String target(Server server) {
        return tensorflow.TF_ServerTarget(NativeHandle.of(Server.class, server, TF_Server.class))
                .getString();
    }
}
