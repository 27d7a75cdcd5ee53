package dev.lancet.runtime.train;

import java.util.Optional;
import java.util.function.Supplier;

/** Times the first steps of a training in one session. Between two rounds the session holds no weights. */
final class StepTimer implements AutoCloseable {

    /** The first step compiles, and in the second TensorFlow still does one-time work. */
    private static final int WARM_UP = 2;

    private static final int MEASURED = 2;

    private final Supplier<DeclaredSession> opener;
    private final int first;
    private final int last;
    private Optional<DeclaredSession> session = Optional.empty();
    private double fastest = Double.POSITIVE_INFINITY;

    /**
     * A timer that has not started.
     *
     * @param opener opens a session at the start of the training
     * @param first the first step of the training, counted from 0
     * @param last the last step of the training
     */
    StepTimer(Supplier<DeclaredSession> opener, int first, int last) {
        this.opener = opener;
        this.first = first;
        this.last = last;
    }

    /** Runs some steps from the start and times them. The first round has two additional steps that are not timed. */
    void measure() {
        boolean begun = session.isPresent();
        DeclaredSession timed = atTheBeginning();
        int warmUp = begun ? 0 : WARM_UP;
        timed.prepare(first);
        for (int i = 0; i < warmUp + MEASURED; i++) {
            long start = System.nanoTime();
            timed.step(Math.min(first + i, last), Optional.empty(), false);
            if (i >= warmUp) {
                fastest = Math.min(fastest, (System.nanoTime() - start) / 1e6);
            }
        }
        timed.release();
    }

    private DeclaredSession atTheBeginning() {
        if (session.isPresent()) {
            session.get().restart();
        } else {
            session = Optional.of(opener.get());
        }
        return session.get();
    }

    /** Milliseconds of the fastest timed step. */
    double fastest() {
        return fastest;
    }

    /** Resets the session to the start of the training and returns it; the caller closes it. */
    DeclaredSession take() {
        DeclaredSession taken = atTheBeginning();
        session = Optional.empty();
        return taken;
    }

    @Override
    public void close() {
        session.ifPresent(DeclaredSession::close);
    }
}
