package dev.lancet.runtime.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketTimeoutException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;

@EnabledOnOs(value = OS.LINUX, disabledReason = "packet filters on sockets are Linux's")
class DestinationFilterTest {

    private static final int MILLIS = 300;

    @Test
    void a_socket_that_listens_on_all_addresses_answers_at_one_only() throws IOException {
        InetAddress own = InetAddress.getAllByName("127.0.0.1")[0];
        InetAddress other = InetAddress.getAllByName("127.0.0.2")[0];
        try (ServerSocket server = new ServerSocket(0)) {
            int port = server.getLocalPort();
            assertThat(reaches(other, port)).isTrue();

            assertThat(new DestinationAddressFilter(own).attach(port)).isEmpty();

            assertThat(reaches(own, port)).isTrue();
            assertThatThrownBy(() -> reaches(other, port)).isInstanceOf(SocketTimeoutException.class);
        }
    }

    @Test
    void an_address_of_the_other_ip_version_is_another_address() throws IOException {
        try (ServerSocket server = new ServerSocket(0)) {
            int port = server.getLocalPort();
            assertThat(new DestinationAddressFilter(InetAddress.getAllByName("::1")[0]).attach(port))
                    .isEmpty();

            assertThatThrownBy(() -> reaches(InetAddress.getAllByName("127.0.0.1")[0], port))
                    .isInstanceOf(SocketTimeoutException.class);
        }
    }

    @Test
    void a_port_without_a_socket_is_told() throws IOException {
        int port;
        try (ServerSocket closed = new ServerSocket(0)) {
            port = closed.getLocalPort();
        }

        assertThat(new DestinationAddressFilter(InetAddress.getLoopbackAddress()).attach(port))
                .isEqualTo("its socket is not found in /proc");
    }

    private static boolean reaches(InetAddress address, int port) throws IOException {
        try (Socket socket = new Socket()) {
            socket.connect(new InetSocketAddress(address, port), MILLIS);
            return socket.isConnected();
        }
    }
}
