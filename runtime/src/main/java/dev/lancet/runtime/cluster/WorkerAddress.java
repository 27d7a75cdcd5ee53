package dev.lancet.runtime.cluster;

import dev.lancet.dsl.LancetException;
import java.net.InetAddress;
import java.net.UnknownHostException;

/**
 * The address of a worker.
 *
 * @param host a name or an IP address, without brackets
 * @param port the port, 1 to 65535
 */
public record WorkerAddress(String host, int port) {

    private static final int PORTS = 1 << 16;

    public WorkerAddress {
        if (host.isBlank() || port < 1 || port >= PORTS) {
            throw new LancetException("worker address: '" + host + ":" + port
                    + "' has no host, or a port outside 1 to 65535; write HOST:PORT");
        }
    }

    /**
     * Reads {@code HOST:PORT} or {@code [IPV6]:PORT}.
     *
     * @throws LancetException if the text is neither
     */
    public static WorkerAddress parse(String text) {
        String address = text.strip();
        int colon = address.lastIndexOf(':');
        try {
            if (colon > 0) {
                String host = address.substring(0, colon);
                boolean brackets = host.startsWith("[") && host.endsWith("]");
                if (brackets || host.indexOf(':') < 0) {
                    return new WorkerAddress(
                            brackets ? host.substring(1, host.length() - 1) : host,
                            Integer.parseInt(address.substring(colon + 1)));
                }
            }
        } catch (NumberFormatException wrong) {
            throw new LancetException(
                    "worker address: '" + address + "' has no number as port; write HOST:PORT", wrong);
        }
        throw new LancetException("worker address: '" + address + "'; write HOST:PORT, or [ADDRESS]:PORT for IPv6");
    }

    /** The IP address of the host now. */
    InetAddress resolve() throws UnknownHostException {
        return InetAddress.getByName(host);
    }

    /** {@code HOST:PORT}, with brackets around an IPv6 address. */
    @Override
    public String toString() {
        return (host.indexOf(':') < 0 ? host : "[" + host + "]") + ":" + port;
    }
}
