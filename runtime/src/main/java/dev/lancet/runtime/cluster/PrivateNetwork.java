package dev.lancet.runtime.cluster;

import dev.lancet.dsl.LancetException;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.nio.ByteBuffer;

/** The addresses that only machines of one's own network reach. */
final class PrivateNetwork {

    /** 100.64.0.0/10, shared address space (RFC 6598), which some Kubernetes networks use for pods. */
    private static final int SHARED = 0x64400000;

    private static final int SHARED_MASK = 0xffc00000;

    /** fc00::/7, unique local addresses (RFC 4193). */
    private static final int UNIQUE_LOCAL = 0xfc;

    private static final int UNIQUE_LOCAL_MASK = 0xfe;

    private PrivateNetwork() {}

    /**
     * Checks an address of a worker.
     *
     * @throws LancetException if it stands for all addresses of a machine, or is public without permission
     */
    static void require(String worker, InetAddress address, boolean insecure) {
        if (address.isAnyLocalAddress()) {
            throw new LancetException(worker + ": " + address.getHostAddress()
                    + " stands for every address of a machine; give the one that the other workers reach");
        }
        if (!insecure && !isPrivate(address)) {
            throw new LancetException(worker + ": " + address.getHostAddress() + " is a public address, and whoever"
                    + " reaches TensorFlow's servers can read and change the model; use addresses of a private"
                    + " network, or fence them yourself and add --insecure-network");
        }
    }

    static boolean isPrivate(InetAddress address) {
        byte[] bytes = address.getAddress();
        if (address.isLoopbackAddress() || address.isLinkLocalAddress() || address.isSiteLocalAddress()) {
            return true;
        }
        if (address instanceof Inet6Address) {
            return (bytes[0] & UNIQUE_LOCAL_MASK) == UNIQUE_LOCAL;
        }
        int number = ByteBuffer.wrap(bytes).getInt();
        return (number & SHARED_MASK) == SHARED;
    }
}
