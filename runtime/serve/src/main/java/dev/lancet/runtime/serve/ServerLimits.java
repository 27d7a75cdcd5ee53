package dev.lancet.runtime.serve;

import java.time.Duration;

/**
 * How much a server takes. The bodies of all requests together need at most {@code body · (queue + 1)} bytes.
 *
 * @param body the most bytes of a request's body
 * @param queue the most requests that wait while another one is served; further ones get status 429
 * @param time the most time from the arrival of a request to the end of its answer; a text ends there
 */
public record ServerLimits(int body, int queue, Duration time) {

    private static final int LARGEST = 1 << 30;

    public ServerLimits {
        if (body < 1 || body > LARGEST) {
            throw new IllegalArgumentException("body: " + body + " bytes; the limit is from 1 to " + LARGEST);
        }
        if (queue < 0 || queue > 100_000) {
            throw new IllegalArgumentException("queue: " + queue + " requests; the limit is from 0 to 100000");
        }
        if (time.isNegative() || time.isZero() || time.toDays() > 1) {
            throw new IllegalArgumentException(
                    "time: " + time.toSeconds() + " seconds; the limit is from 1 second to a day");
        }
    }

    /** Bodies of 1 MiB, 64 requests that wait, and 5 minutes for each. */
    public static ServerLimits usual() {
        return new ServerLimits(1 << 20, 64, Duration.ofMinutes(5));
    }

    /** The same with another size of bodies. */
    public ServerLimits body(int bytes) {
        return new ServerLimits(bytes, queue, time);
    }

    /** The same with another number of requests that wait. */
    public ServerLimits queue(int requests) {
        return new ServerLimits(body, requests, time);
    }

    /** The same with another time. */
    public ServerLimits time(Duration longest) {
        return new ServerLimits(body, queue, longest);
    }
}
