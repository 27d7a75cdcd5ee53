package dev.lancet.runtime.cluster;

import dev.lancet.dsl.LancetException;
import dev.lancet.io.Progress;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.net.UnknownHostException;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * How the workers of a group find each other: the chief listens on its address, all others connect to it.
 *
 * @param spec the workers
 * @param settings how long to wait
 * @param signal what is told if the group fails
 */
record Rendezvous(ClusterSpec spec, JoinSettings settings, FailureSignal signal) {

    private static final int PAUSE_MILLIS = 200;

    /**
     * The connections to all other workers in their order, if this is the chief, else the one to the chief.
     *
     * @throws LancetException if an address is not allowed, a worker is missing too long, or does not belong here
     */
    List<ControlConnection> meet(Progress progress) {
        long end = System.nanoTime() + settings.patience().toNanos();
        InetAddress own = address(spec.index(), end);
        return spec.index() == 0 ? gather(own, end, progress) : List.of(connect(own, end, progress));
    }

    private InetAddress address(int worker, long end) {
        while (true) {
            try {
                InetAddress address = spec.workers().get(worker).resolve();
                PrivateNetwork.require(spec.name(worker), address, settings.insecureNetwork());
                return address;
            } catch (UnknownHostException unknown) {
                // A machine that starts later may get its name later.
                if (System.nanoTime() > end) {
                    throw new LancetException(spec.name(worker) + ": no machine has this name; correct it", unknown);
                }
                pause();
            }
        }
    }

    private List<ControlConnection> gather(InetAddress own, long end, Progress progress) {
        Map<Integer, ControlConnection> come = new TreeMap<>();
        try (ServerSocket server = new ServerSocket();
                Progress.Task task = progress.begin("wait for workers", spec.size())) {
            server.setReuseAddress(true);
            server.bind(new InetSocketAddress(own, spec.own().port()));
            server.setSoTimeout(PAUSE_MILLIS);
            while (come.size() < spec.size() - 1) {
                task.advance(1L + come.size(), missing(come));
                FailureSignal.check(signal.message());
                if (System.nanoTime() > end) {
                    throw new LancetException("cluster: " + missing(come) + " did not come within "
                            + settings.patience().toSeconds()
                            + " s; start it, or wait longer with --wait SECONDS");
                }
                accept(server, come);
            }
            for (int worker = 1; worker < spec.size(); worker++) {
                address(worker, end);
            }
            return List.copyOf(come.values());
        } catch (IOException busy) {
            throw refused(
                    come,
                    spec.name(0) + " cannot listen: " + busy.getMessage()
                            + "; give it a free port of an address of its machine");
        } catch (LancetException wrong) {
            throw refused(come, wrong.getMessage());
        }
    }

    private static LancetException refused(Map<Integer, ControlConnection> come, @Nullable String why) {
        come.values().forEach(connection -> {
            connection.tell(String.valueOf(why).replaceFirst("^cluster: ", ""));
            connection.close();
        });
        return new LancetException(String.valueOf(why));
    }

    private void accept(ServerSocket server, Map<Integer, ControlConnection> come) throws IOException {
        Socket socket;
        try {
            socket = server.accept();
        } catch (SocketTimeoutException nobody) {
            return;
        }
        Optional<WorkerHandshake> greeting = WorkerHandshake.read(socket);
        if (greeting.isEmpty()) {
            socket.close();
            return;
        }
        int index = greeting.get().index();
        ControlConnection connection = connection(socket, index);
        try {
            greeting.get().require(spec);
            if (come.containsKey(index)) {
                throw new LancetException(spec.name(index) + " came twice; give every process its own index");
            }
        } catch (LancetException wrong) {
            connection.tell(String.valueOf(wrong.getMessage()));
            throw wrong;
        }
        come.put(index, connection);
        connection.start();
    }

    private ControlConnection connection(Socket socket, int worker) {
        String name = worker >= 0 && worker < spec.size() ? spec.name(worker) : "worker " + worker;
        return new ControlConnection(socket, name, signal, settings.silence());
    }

    private String missing(Map<Integer, ControlConnection> come) {
        return IntStream.range(1, spec.size())
                .filter(worker -> !come.containsKey(worker))
                .mapToObj(spec::name)
                .collect(Collectors.joining(", "));
    }

    private ControlConnection connect(InetAddress own, long end, Progress progress) {
        try (Progress.Task task = progress.begin("wait for " + spec.name(0), 1)) {
            while (true) {
                Socket socket = new Socket();
                try {
                    socket.bind(new InetSocketAddress(own, 0));
                    socket.connect(
                            new InetSocketAddress(
                                    address(0, end), spec.workers().get(0).port()),
                            1000);
                    socket.setTcpNoDelay(true);
                    WorkerHandshake.of(spec).write(socket);
                    ControlConnection connection = connection(socket, 0);
                    connection.start();
                    task.advance(1, "");
                    return connection;
                } catch (IOException notYet) {
                    socket.close();
                    if (System.nanoTime() > end) {
                        throw new LancetException(
                                "cluster: " + spec.name(0) + " did not answer within "
                                        + settings.patience().toSeconds() + " s (" + notYet.getMessage()
                                        + "); start it, or wait longer with --wait SECONDS",
                                notYet);
                    }
                    pause();
                }
            }
        } catch (IOException unclosed) {
            throw new LancetException("cluster: a socket cannot be closed: " + unclosed.getMessage(), unclosed);
        }
    }

    private static void pause() {
        try {
            Thread.sleep(PAUSE_MILLIS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new LancetException("cluster: interrupted while waiting for workers", e);
        }
    }
}
