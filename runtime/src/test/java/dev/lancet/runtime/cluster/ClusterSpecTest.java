package dev.lancet.runtime.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.lancet.dsl.LancetException;
import java.net.InetAddress;
import java.net.UnknownHostException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ClusterSpecTest {

    @Test
    void a_list_and_a_place_are_read() {
        ClusterSpec spec = ClusterSpec.of("10.0.0.4:2222, trainer-1.job:2222,[fd00::1]:80", 2);

        assertThat(spec.workers())
                .containsExactly(
                        new WorkerAddress("10.0.0.4", 2222),
                        new WorkerAddress("trainer-1.job", 2222),
                        new WorkerAddress("fd00::1", 80));
        assertThat(spec.own()).hasToString("[fd00::1]:80");
        assertThat(spec.name(1)).isEqualTo("worker 1 (trainer-1.job:2222)");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "10.0.0.4 | worker address: '10.0.0.4'; write HOST:PORT, or [ADDRESS]:PORT for IPv6",
                "fd00::1:80 | worker address: 'fd00::1:80'; write HOST:PORT, or [ADDRESS]:PORT for IPv6",
                "a:b | worker address: 'a:b' has no number as port; write HOST:PORT",
                "a:0 | worker address: 'a:0' has no host, or a port outside 1 to 65535; write HOST:PORT",
                "a:70000 | worker address: 'a:70000' has no host, or a port outside 1 to 65535; write HOST:PORT"
            })
    void an_address_that_is_none_is_refused(String address, String message) {
        assertThatThrownBy(() -> WorkerAddress.parse(address))
                .isInstanceOf(LancetException.class)
                .hasMessage(message);
    }

    @Test
    void a_place_outside_the_list_and_an_address_twice_are_refused() {
        assertThatThrownBy(() -> ClusterSpec.of("a:1,b:1", 2))
                .hasMessage("worker index: 2, but the list has 2 workers, counted from 0; give every process its own"
                        + " place in the list");
        assertThatThrownBy(() -> ClusterSpec.of("a:1,a:1", 0))
                .hasMessage("workers: a:1,a:1 names an address twice; give every process an address of its own");
    }

    @Test
    void tf_config_with_a_chief_puts_it_first() {
        String cluster = "{\"cluster\": {\"worker\": [\"b:1\", \"c:1\"], \"chief\": [\"a:1\"]}, \"task\": ";

        ClusterSpec chief = ClusterSpec.ofTfConfig(cluster + "{\"type\": \"chief\", \"index\": 0}}")
                .orElseThrow();
        ClusterSpec last = ClusterSpec.ofTfConfig(cluster + "{\"type\": \"worker\", \"index\": 1}}")
                .orElseThrow();

        assertThat(chief.list()).isEqualTo("a:1,b:1,c:1").isEqualTo(last.list());
        assertThat(chief.index()).isZero();
        assertThat(last.index()).isEqualTo(2);
    }

    @Test
    void tf_config_of_a_single_process_is_no_cluster() {
        assertThat(ClusterSpec.ofTfConfig("{}")).isEmpty();
        assertThat(ClusterSpec.ofTfConfig(
                        "{\"cluster\": {\"worker\": [\"a:1\"]}, \"task\": {\"type\": \"worker\", \"index\": 0}}"))
                .isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"ps", "evaluator", ""})
    void tf_config_with_another_task_is_refused(String task) {
        assertThatThrownBy(() -> ClusterSpec.ofTfConfig("{\"cluster\": {\"worker\": [\"a:1\", \"b:1\"]}, \"task\":"
                        + " {\"type\": \"" + task + "\", \"index\": 0}}"))
                .hasMessage("TF_CONFIG: its task is '" + task + "' and it has 0 chiefs; Lancet knows the tasks worker"
                        + " and chief, and at most one chief");
    }

    @Test
    void tf_config_that_is_no_json_is_refused() {
        assertThatThrownBy(() -> ClusterSpec.ofTfConfig("worker 0"))
                .isInstanceOf(LancetException.class)
                .hasMessageStartingWith("TF_CONFIG: it is not JSON");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "127.0.0.1",
                "10.1.2.3",
                "172.16.0.1",
                "192.168.7.7",
                "100.64.0.1",
                "169.254.1.1",
                "::1",
                "fd00::1",
                "fe80::1"
            })
    void private_addresses_are_allowed(String address) throws UnknownHostException {
        assertThat(PrivateNetwork.isPrivate(InetAddress.getAllByName(address)[0]))
                .isTrue();
    }

    @ParameterizedTest
    @ValueSource(strings = {"8.8.8.8", "172.32.0.1", "100.128.0.1", "2001:db8::1"})
    void public_addresses_need_permission(String address) throws UnknownHostException {
        InetAddress there = InetAddress.getAllByName(address)[0];

        assertThatThrownBy(() -> PrivateNetwork.require("worker 1", there, false))
                .hasMessageStartingWith("worker 1: ")
                .hasMessageContaining("is a public address")
                .hasMessageEndingWith("add --insecure-network");
        PrivateNetwork.require("worker 1", there, true);
    }

    @Test
    void the_address_that_stands_for_all_is_never_allowed() {
        assertThatThrownBy(() -> PrivateNetwork.require("worker 0", InetAddress.getAllByName("0.0.0.0")[0], true))
                .hasMessage("worker 0: 0.0.0.0 stands for every address of a machine; give the one that the other"
                        + " workers reach");
    }
}
