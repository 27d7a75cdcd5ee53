package dev.lancet.runtime.cluster;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import tools.jackson.core.type.TypeReference;
import tools.jackson.databind.json.JsonMapper;

/** What workers tell each other, over connections from all of them to the chief. */
final class ControlChannel implements AutoCloseable {

    private static final JsonMapper JSON = new JsonMapper();
    private static final Duration GOODBYE = Duration.ofSeconds(2);
    private static final Duration POLL = Duration.ofMillis(100);

    private final boolean chief;
    private final FailureSignal signal;
    private final List<ControlConnection> peers;
    private final CountDownLatch told;

    /**
     * A channel over open connections.
     *
     * @param peers the connections to all other workers if this is the chief, else the one to the chief; none if it is
     *     alone
     */
    ControlChannel(boolean chief, FailureSignal signal, List<ControlConnection> peers) {
        this.chief = chief;
        this.signal = signal;
        this.peers = List.copyOf(peers);
        told = new CountDownLatch(peers.size());
        signal.listen(this::spread);
    }

    /** Tells the others of a failure, each in its own thread, because a frozen one does not listen. */
    private void spread(String failure) {
        peers.forEach(peer -> ControlConnection.daemon("lancet-tell", () -> {
            peer.tell(failure);
            told.countDown();
        }));
    }

    List<String> exchange(String mine) {
        if (!chief) {
            send(mine);
            return JSON.readValue(peers.get(0).receive(), new TypeReference<List<String>>() {});
        }
        List<String> texts = new ArrayList<>(List.of(mine));
        peers.forEach(peer -> texts.add(new String(peer.receive(), StandardCharsets.UTF_8)));
        send(JSON.writeValueAsString(texts));
        return texts;
    }

    String fromChief(String mine) {
        if (chief) {
            send(mine);
            return mine;
        }
        return new String(peers.get(0).receive(), StandardCharsets.UTF_8);
    }

    private void send(String text) {
        send(ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8)));
    }

    void send(ByteBuffer content) {
        peers.forEach(peer -> peer.send(content));
    }

    ByteBuffer receive() {
        return ByteBuffer.wrap(peers.get(0).receive());
    }

    /** Says that this worker is done; a worker waits until the chief is done too. */
    void leave() {
        peers.forEach(ControlConnection::leave);
        while (!chief && !peers.get(0).left()) {
            FailureSignal.check(signal.await(POLL));
        }
    }

    @Override
    public void close() {
        if (signal.message().isPresent()) {
            try {
                told.await(GOODBYE.toMillis(), TimeUnit.MILLISECONDS);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }
        peers.forEach(ControlConnection::close);
    }
}
