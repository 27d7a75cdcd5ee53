package dev.lancet.runtime.serve;

import java.util.Optional;

/**
 * Where a server listens, to whom, and how much it takes.
 *
 * @param host the name or address to listen at; {@code 127.0.0.1} is reached from this machine only
 * @param port the port; 0 for any free one
 * @param apiKey the key that requests must have in {@code Authorization: Bearer KEY}, if one is needed
 * @param limits how much it takes
 */
public record ServerSettings(String host, int port, Optional<String> apiKey, ServerLimits limits) {

    public ServerSettings {
        if (port < 0 || port > 65_535) {
            throw new IllegalArgumentException("port: " + port + "; it must be from 0 to 65535");
        }
        if (apiKey.isPresent() && apiKey.get().isBlank()) {
            throw new IllegalArgumentException("api key: it is empty; give one, or none");
        }
    }

    /** A server that only this machine reaches, at this port. */
    public static ServerSettings local(int port) {
        return new ServerSettings("127.0.0.1", port, Optional.empty(), ServerLimits.usual());
    }

    /** The same at another host. */
    public ServerSettings at(String other) {
        return new ServerSettings(other, port, apiKey, limits);
    }

    /** The same for those who have the key. */
    public ServerSettings forKey(String key) {
        return new ServerSettings(host, port, Optional.of(key), limits);
    }

    /** The same with other limits. */
    public ServerSettings with(ServerLimits other) {
        return new ServerSettings(host, port, apiKey, other);
    }
}
