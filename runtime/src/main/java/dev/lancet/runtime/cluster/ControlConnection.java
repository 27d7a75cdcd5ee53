package dev.lancet.runtime.cluster;

import dev.lancet.dsl.LancetException;
import java.io.BufferedInputStream;
import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.OutputStream;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.TimeUnit;

/**
 * A connection between two workers. Both ends say at short intervals that they are alive, so that a frozen process or a
 * lost network is noticed, and before it closes an end says so; else its process has died. A frame is a byte that says
 * its kind, the length of its content as an int32 in network order, and the content.
 */
final class ControlConnection implements AutoCloseable {

    private static final byte ALIVE = 0;
    private static final byte CONTENT = 1;
    private static final byte FAILED = 2;
    private static final byte BYE = 3;

    private static final int LONGEST_MESSAGE = 1 << 16;
    private static final int HEARTBEATS = 8;
    private static final int WAITING = 4;
    private static final long POLL_MILLIS = 100;

    private final Socket socket;
    private final String peer;
    private final FailureSignal signal;
    private final Duration silence;
    private final BlockingQueue<byte[]> inbox = new ArrayBlockingQueue<>(WAITING);
    private final Object writing = new Object();
    private volatile boolean closed;
    private volatile boolean left;

    /**
     * A connection that is open.
     *
     * @param peer the other end, for people
     */
    ControlConnection(Socket socket, String peer, FailureSignal signal, Duration silence) {
        this.socket = socket;
        this.peer = peer;
        this.signal = signal;
        this.silence = silence;
    }

    /** Listens, and shows that this process is alive, from now on. */
    void start() {
        daemon("lancet-control-reader", this::read);
        daemon("lancet-control-heartbeat", this::heartbeat);
    }

    static void daemon(String name, Runnable work) {
        Thread thread = new Thread(work, name);
        thread.setDaemon(true);
        thread.start();
    }

    private void read() {
        try (DataInputStream in = new DataInputStream(new BufferedInputStream(socket.getInputStream()))) {
            socket.setSoTimeout(Math.toIntExact(silence.toMillis()));
            while (true) {
                byte kind = in.readByte();
                int length = in.readInt();
                if (length < 0 || (kind != CONTENT && length > LONGEST_MESSAGE)) {
                    throw new IOException("a frame of kind " + kind + " with " + length + " bytes");
                }
                byte[] content = in.readNBytes(length);
                if (content.length < length) {
                    throw new EOFException("a frame ends after " + content.length + " of " + length + " bytes");
                }
                switch (kind) {
                    case CONTENT -> keep(content);
                    case FAILED -> signal.fail(new String(content, StandardCharsets.UTF_8));
                    case BYE -> left = true;
                    default -> {}
                }
            }
        } catch (SocketTimeoutException frozen) {
            lost("has not answered for " + silence.toSeconds() + " s: its process is frozen, or the network is cut");
        } catch (IOException died) {
            lost("ended; its own output says why");
        }
    }

    private void keep(byte[] content) {
        try {
            while (!closed && !inbox.offer(content, POLL_MILLIS, TimeUnit.MILLISECONDS)) {
                // The reader of the inbox is busy.
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void lost(String how) {
        if (!closed && !left) {
            signal.fail(peer + " " + how);
        }
        disconnect();
    }

    private void heartbeat() {
        try {
            while (!closed) {
                write(ALIVE, ByteBuffer.allocate(0));
                Thread.sleep(silence.toMillis() / HEARTBEATS);
            }
        } catch (IOException gone) {
            // The reader notices it too, and says so.
            disconnect();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void write(byte kind, ByteBuffer content) throws IOException {
        ByteBuffer head = ByteBuffer.allocate(1 + Integer.BYTES);
        head.put(kind).putInt(content.remaining());
        byte[] part = new byte[Math.min(content.remaining(), 1 << 16)];
        synchronized (writing) {
            OutputStream out = socket.getOutputStream();
            out.write(head.array());
            while (content.hasRemaining()) {
                int length = Math.min(part.length, content.remaining());
                content.get(part, 0, length);
                out.write(part, 0, length);
            }
            out.flush();
        }
    }

    /**
     * Sends bytes to the other end.
     *
     * @throws LancetException if a worker failed
     */
    void send(ByteBuffer content) {
        try {
            write(CONTENT, content.duplicate());
        } catch (IOException gone) {
            throw new LancetException(
                    "cluster: " + signal.await(silence).orElse(peer + " ended; its own output says why"), gone);
        }
    }

    /**
     * The next bytes from the other end.
     *
     * @throws LancetException if a worker failed
     */
    byte[] receive() {
        try {
            while (true) {
                byte[] content = inbox.poll(POLL_MILLIS, TimeUnit.MILLISECONDS);
                if (content != null) {
                    return content;
                }
                FailureSignal.check(signal.message());
                if (left && inbox.isEmpty()) {
                    throw new LancetException("cluster: " + peer + " left before the training ended; use the same"
                            + " recipe and options for all workers");
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new LancetException("cluster: interrupted while waiting for " + peer, e);
        }
    }

    /** Tells the other end why the group fails. */
    void tell(String failure) {
        try {
            byte[] text = failure.getBytes(StandardCharsets.UTF_8);
            write(FAILED, ByteBuffer.wrap(text, 0, Math.min(text.length, LONGEST_MESSAGE)));
        } catch (IOException gone) {
            // It failed too.
            disconnect();
        }
    }

    /** Tells the other end that this one is done. */
    void leave() {
        try {
            write(BYE, ByteBuffer.allocate(0));
        } catch (IOException gone) {
            disconnect();
        }
    }

    /** Whether the other end is done. */
    boolean left() {
        return left;
    }

    private void disconnect() {
        try {
            socket.close();
        } catch (IOException ignored) {
            // Nothing depends on it any more.
            closed = true;
        }
    }

    @Override
    public void close() {
        closed = true;
        disconnect();
    }
}
