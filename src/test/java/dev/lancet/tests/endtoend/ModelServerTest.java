package dev.lancet.tests.endtoend;

import static dev.lancet.Lancet.heads;
import static dev.lancet.Lancet.swiglu;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.lancet.dsl.LancetException;
import dev.lancet.dsl.Transformer;
import dev.lancet.runtime.Model;
import dev.lancet.runtime.generate.Generation;
import dev.lancet.runtime.generate.GenerationSettings;
import dev.lancet.runtime.generate.TextGenerator;
import dev.lancet.runtime.serve.ModelServer;
import dev.lancet.runtime.serve.ServedModel;
import dev.lancet.runtime.serve.ServerLimits;
import dev.lancet.runtime.serve.ServerSettings;
import dev.lancet.runtime.text.tokenizer.Tokenizer;
import java.io.BufferedInputStream;
import java.io.DataInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.BooleanSupplier;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** The server over real connections, with stories260K and with a model that would write for minutes. */
class ModelServerTest {

    private static final String COMPLETIONS = "/v1/completions";
    private static final String STORY = "Once upon a time";
    private static final List<String> LOG = new CopyOnWriteArrayList<>();
    private static final HttpClient CLIENT =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

    private static Model stories;
    private static ServedModel served;
    private static ModelServer server;
    private static Model endless;
    private static ServedModel servedEndless;

    @BeforeAll
    static void start() {
        stories = Model.open(Fixture.ALL.resolve("stories260K-hf"));
        served = ServedModel.of("stories", stories);
        server = start(served, ServerLimits.usual().queue(200));
        endless = Model.create(
                        Transformer.decoder("endless")
                                .vocabulary(256)
                                .context(100_000)
                                .width(16)
                                .layers(1)
                                .attention(heads(2))
                                .feedForward(swiglu(16))
                                .build(),
                        1)
                .tokenizer(Tokenizer.bytes());
        servedEndless = ServedModel.of("endless", endless);
    }

    @AfterAll
    static void stop() {
        server.close();
        served.close();
        stories.close();
        servedEndless.close();
        endless.close();
        assertThat(LOG).isEmpty();
    }

    private static ModelServer start(ServedModel model, ServerLimits limits) {
        return ModelServer.start(ServerSettings.local(0).with(limits), model, LOG::add);
    }

    @Test
    void two_hundred_requests_at_once_are_all_answered_and_leave_nothing_in_memory() {
        askAtOnce(200);
        long before = usedMemory();
        askAtOnce(200);
        assertThat(usedMemory() - before).isLessThan(20L << 20);
    }

    /** Requests of 200 kB each. */
    private static void askAtOnce(int requests) {
        String padding = "x".repeat(200_000);
        List<CompletableFuture<String>> answers = IntStream.range(0, requests)
                .mapToObj(at -> post(server, COMPLETIONS, request(padding + at))
                        .thenApply(answer -> answer.statusCode() + text(answer)))
                .toList();
        assertThat(answers)
                .extracting(CompletableFuture::join)
                .hasSize(requests)
                .containsOnly("200, there");
    }

    private static Map<String, Object> request(String user) {
        return Map.of("model", "stories", "prompt", STORY, "max_tokens", 2, "temperature", 0, "user", user);
    }

    private static long usedMemory() {
        System.gc();
        return Runtime.getRuntime().totalMemory() - Runtime.getRuntime().freeMemory();
    }

    @Test
    void an_answer_is_what_the_model_generates_and_counts_its_tokens() {
        String expected;
        int tokens;
        try (Model alone = Model.open(Fixture.ALL.resolve("stories260K-hf"));
                TextGenerator generator = alone.generator()) {
            Generation generation =
                    generator.generate(STORY, GenerationSettings.of(30).stopAt("outside"), piece -> true);
            expected = generation.text();
            tokens = generation.ids().size();
        }

        JsonNode answer = json(post(
                        server,
                        COMPLETIONS,
                        Map.of(
                                "model",
                                "stories",
                                "prompt",
                                STORY,
                                "max_tokens",
                                30,
                                "temperature",
                                0,
                                "stop",
                                "outside"))
                .join());

        assertThat(answer.at("/choices/0/text").stringValue()).isEqualTo(expected);
        assertThat(answer.at("/choices/0/finish_reason").stringValue()).isEqualTo("stop");
        assertThat(answer.at("/usage/prompt_tokens").intValue()).isEqualTo(5);
        assertThat(answer.at("/usage/completion_tokens").intValue()).isEqualTo(tokens);
        assertThat(answer.at("/usage/total_tokens").intValue()).isEqualTo(5 + tokens);
        assertThat(answer.at("/object").stringValue()).isEqualTo("text_completion");
    }

    @Test
    void events_hold_the_same_text_in_pieces() {
        Map<String, Object> request =
                Map.of("model", "stories", "prompt", STORY, "max_tokens", 40, "temperature", 1, "seed", 5);
        String whole = text(post(server, COMPLETIONS, request).join());
        Map<String, Object> streamed = new HashMap<>(request);
        streamed.put("stream", true);
        streamed.put("stream_options", Map.of("include_usage", true));

        HttpResponse<String> answer = post(server, COMPLETIONS, streamed).join();

        assertThat(answer.headers().firstValue("content-type")).hasValue("text/event-stream; charset=utf-8");
        List<JsonNode> events = events(answer.body());
        StringBuilder text = new StringBuilder();
        events.forEach(event -> text.append(event.at("/choices/0/text").asString("")));
        assertThat(text.toString()).isEqualTo(whole);
        assertThat(events)
                .extracting(event -> event.get("id").stringValue())
                .containsOnly(events.get(0).get("id").stringValue());
        assertThat(events.get(events.size() - 2).at("/choices/0/finish_reason").stringValue())
                .isEqualTo("length");
        assertThat(events.get(events.size() - 1).at("/usage/completion_tokens").intValue())
                .isEqualTo(40);
    }

    private static List<JsonNode> events(String body) {
        List<JsonNode> events = new ArrayList<>();
        String[] parts = body.split("\n\n", -1);
        for (int i = 0; i < parts.length - 2; i++) {
            assertThat(parts[i]).startsWith("data: {");
            events.add(new JsonMapper().readTree(parts[i].substring("data: ".length())));
        }
        assertThat(parts[parts.length - 2]).isEqualTo("data: [DONE]");
        assertThat(parts[parts.length - 1]).isEmpty();
        return events;
    }

    /** A request whose body is not complete has its place already. */
    @Test
    void beyond_the_queue_a_request_gets_429_and_a_client_that_leaves_gives_its_place_back() throws Exception {
        String body = "{\"model\":\"stories\",\"prompt\":\"Once\",\"max_tokens\":1}";
        Map<String, Object> small = Map.of("model", "stories", "prompt", STORY, "max_tokens", 1);
        try (ModelServer narrow = start(served, ServerLimits.usual().queue(1));
                Socket first = begun(narrow, body.length())) {
            try (Socket second = begun(narrow, body.length())) {
                assertThat(second.isConnected()).isTrue();
                HttpResponse<String> refused = post(narrow, COMPLETIONS, small).join();
                assertThat(refused.statusCode()).isEqualTo(429);
                assertThat(refused.headers().firstValue("retry-after")).hasValue("1");
                assertThat(json(refused).at("/error/message").stringValue())
                        .isEqualTo("queue: 1 requests wait already; try again later");
                assertThat(json(refused).at("/error/code").stringValue()).isEqualTo("queue_full");
            }
            eventually(() -> post(narrow, COMPLETIONS, small).join().statusCode() == 200);
            first.getOutputStream().write(body.getBytes(StandardCharsets.UTF_8));
            byte[] status = first.getInputStream().readNBytes(15);
            assertThat(new String(status, StandardCharsets.UTF_8)).isEqualTo("HTTP/1.1 200 OK");
        }
    }

    /** A connection on which the headers of a request were sent, and seen by the server. */
    private static Socket begun(ModelServer to, int length) throws IOException {
        Socket socket = new Socket(InetAddress.getLoopbackAddress(), to.port());
        socket.setSoTimeout(30_000);
        write(socket, length, "Expect: 100-continue\r\n");
        assertThat(new String(socket.getInputStream().readNBytes(25), StandardCharsets.UTF_8))
                .isEqualTo("HTTP/1.1 100 Continue\r\n\r\n");
        return socket;
    }

    private static void write(Socket socket, int length, String more) throws IOException {
        OutputStream out = socket.getOutputStream();
        out.write(("POST " + COMPLETIONS + " HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n" + more
                        + "Content-Length: " + length + "\r\n\r\n")
                .getBytes(StandardCharsets.UTF_8));
        out.flush();
    }

    /** The answer is on its way before the server's own thread knows that it is written. */
    @Test
    @SuppressWarnings("deprecation") // DataInputStream reads ASCII lines well.
    void a_client_that_asks_again_at_once_keeps_its_connection() throws IOException {
        byte[] body = "{\"model\":\"stories\",\"prompt\":\"Once\",\"max_tokens\":1}".getBytes(StandardCharsets.UTF_8);
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), server.port())) {
            socket.setTcpNoDelay(true);
            socket.setSoTimeout(30_000);
            DataInputStream in = new DataInputStream(new BufferedInputStream(socket.getInputStream()));
            for (int i = 0; i < 500; i++) {
                write(socket, body.length, "");
                socket.getOutputStream().write(body);
                assertThat(in.readLine()).as("answer %s", i).isEqualTo("HTTP/1.1 200 OK");
                skipAnswer(in);
            }
        }
    }

    @SuppressWarnings("deprecation") // As above.
    private static void skipAnswer(DataInputStream in) throws IOException {
        int length = 0;
        for (String line = in.readLine(); !line.isEmpty(); line = in.readLine()) {
            if (line.startsWith("content-length: ")) {
                length = Integer.parseInt(line.substring("content-length: ".length()));
            }
        }
        in.skipNBytes(length);
    }

    /** As a page in a browser does, whose name its owner lets lead to 127.0.0.1. */
    @Test
    void a_request_by_another_name_of_this_machine_is_refused() throws IOException {
        for (String name : new String[] {"evil.example", "localhost.evil.example:80", "127.0.0.1.evil.example"}) {
            try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), server.port())) {
                socket.getOutputStream()
                        .write(("GET /health HTTP/1.1\r\nHost: " + name + "\r\n\r\n").getBytes(StandardCharsets.UTF_8));
                byte[] status = socket.getInputStream().readNBytes(12);
                assertThat(new String(status, StandardCharsets.UTF_8)).isEqualTo("HTTP/1.1 403");
            }
        }
    }

    private static void eventually(BooleanSupplier holds) throws InterruptedException {
        for (int i = 0; i < 300 && !holds.getAsBoolean(); i++) {
            Thread.sleep(50);
        }
        assertThat(holds.getAsBoolean()).isTrue();
    }

    /** The first text would take minutes, and only one is generated at a time. */
    @Test
    void a_client_that_hangs_up_stops_its_generation() throws Exception {
        try (ModelServer slow = start(servedEndless, ServerLimits.usual())) {
            for (boolean stream : new boolean[] {true, false}) {
                String body = "{\"model\":\"endless\",\"prompt\":\"a\",\"max_tokens\":99000,\"stream\":" + stream + "}";
                try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), slow.port())) {
                    write(socket, body.length(), "");
                    socket.getOutputStream().write(body.getBytes(StandardCharsets.UTF_8));
                    if (stream) {
                        assertThat(socket.getInputStream().readNBytes(1000)).hasSize(1000);
                    } else {
                        Thread.sleep(500);
                    }
                }
                HttpResponse<String> next = post(
                                slow, COMPLETIONS, Map.of("model", "endless", "prompt", "b", "max_tokens", 1))
                        .join();
                assertThat(next.statusCode()).isEqualTo(200);
            }
        }
    }

    @Test
    void a_text_ends_when_its_time_is_over() {
        try (ModelServer slow = start(servedEndless, ServerLimits.usual().time(Duration.ofSeconds(1)))) {
            JsonNode answer =
                    json(post(slow, COMPLETIONS, Map.of("model", "endless", "prompt", "a", "max_tokens", 99_000))
                            .join());

            assertThat(answer.at("/choices/0/finish_reason").stringValue()).isEqualTo("length");
            assertThat(answer.at("/usage/completion_tokens").intValue()).isBetween(1, 98_000);
        }
    }

    @Test
    void a_server_that_stops_answers_what_it_has_and_takes_nothing_new() throws Exception {
        ModelServer stopping = start(served, ServerLimits.usual());
        Map<String, Object> request = Map.of("model", "stories", "prompt", STORY, "max_tokens", 50, "stream", true);
        HttpResponse<InputStream> begun =
                CLIENT.send(request(stopping, COMPLETIONS, request), HttpResponse.BodyHandlers.ofInputStream());
        stopping.close();

        assertThat(events(new String(begun.body().readAllBytes(), StandardCharsets.UTF_8)))
                .hasSizeGreaterThan(10);
        // A new client: the other one may take up a connection that the server has just closed.
        assertThatThrownBy(() -> HttpClient.newHttpClient()
                        .send(request(stopping, COMPLETIONS, request), HttpResponse.BodyHandlers.ofString()))
                .isInstanceOf(ConnectException.class);
    }

    @Test
    void what_cannot_be_answered_gets_an_error_in_the_format_of_openai() {
        assertError(404, "model_not_found", post(server, COMPLETIONS, Map.of("model", "gpt-9", "prompt", "x")));
        assertError(400, null, post(server, COMPLETIONS, Map.of("prompt", "x")));
        assertError(400, null, post(server, COMPLETIONS, Map.of("model", "stories", "prompt", List.of("a", "b"))));
        assertError(400, null, post(server, COMPLETIONS, Map.of("model", "stories", "prompt", "x", "n", 3)));
        assertError(
                400, null, post(server, COMPLETIONS, Map.of("model", "stories", "prompt", "x", "temperature", "hot")));
        assertError(400, null, post(server, COMPLETIONS, Map.of("model", "stories", "prompt", "x", "stop", "")));
        assertError(400, null, post(server, COMPLETIONS, Map.of("model", "stories", "prompt", "x", "logprobs", 5)));
        assertError(400, null, post(server, COMPLETIONS, Map.of("model", "stories", "prompt", "word ".repeat(9000))));
        assertError(400, null, post(server, "/v1/embeddings", Map.of("model", "stories", "input", "x")));
        assertError(
                400,
                null,
                post(
                        server,
                        "/v1/chat/completions",
                        Map.of("model", "stories", "messages", List.of(Map.of("role", "user", "content", "hi")))));
        assertError(400, "invalid_json", send(server, COMPLETIONS, "{\"model\":"));
        assertError(400, "invalid_json", send(server, COMPLETIONS, "[".repeat(100_000)));
        assertError(400, "invalid_json", send(server, COMPLETIONS, "3"));
        assertError(404, "not_found", send(server, "/v2/none", "{}"));
        assertError(405, "method_not_allowed", send(server, "/v1/models", "{}"));
    }

    private static void assertError(int status, String code, CompletableFuture<HttpResponse<String>> answer) {
        assertThat(answer.join().statusCode()).as(answer.join().body()).isEqualTo(status);
        JsonNode error = json(answer.join()).get("error");
        assertThat(error.get("message").stringValue()).contains(": ");
        assertThat(error.get("type").stringValue()).isEqualTo("invalid_request_error");
        assertThat(error.get("code").asString(null)).isEqualTo(code);
    }

    @Test
    void a_body_over_the_limit_is_refused_while_it_comes_and_takes_no_memory() {
        byte[] piece = new byte[1 << 16];
        HttpRequest large = HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + server.port() + COMPLETIONS))
                .header("Content-Type", "application/json")
                .POST(HttpRequest.BodyPublishers.ofByteArrays(
                        () -> IntStream.range(0, 1 << 10).mapToObj(at -> piece).iterator()))
                .build();

        assertError(413, "request_too_large", CLIENT.sendAsync(large, HttpResponse.BodyHandlers.ofString()));
    }

    @Test
    void with_a_key_only_those_who_have_it_are_served() {
        ServerSettings locked = ServerSettings.local(0).forKey("secret");
        try (ModelServer keyed = ModelServer.start(locked, served, LOG::add)) {
            Map<String, Object> body = Map.of("model", "stories", "prompt", "Once", "max_tokens", 1);
            assertError(401, "invalid_api_key", post(keyed, COMPLETIONS, body));
            HttpRequest allowed = HttpRequest.newBuilder(request(keyed, COMPLETIONS, body), (name, value) -> true)
                    .header("Authorization", "Bearer secret")
                    .build();
            assertThat(CLIENT.sendAsync(allowed, HttpResponse.BodyHandlers.ofString())
                            .join()
                            .statusCode())
                    .isEqualTo(200);
            assertThat(document(keyed, "/health").get("status").stringValue()).isEqualTo("ok");
        }
    }

    @Test
    void the_model_is_listed() {
        assertThat(document(server, "/v1/models").at("/data/0/id").stringValue())
                .isEqualTo("stories");
        assertThat(document(server, "/v1/models/stories").get("object").stringValue())
                .isEqualTo("model");
    }

    @Test
    void a_taken_port_is_named() {
        assertThatThrownBy(() -> ModelServer.start(ServerSettings.local(server.port()), served, LOG::add))
                .isInstanceOf(LancetException.class)
                .hasMessageStartingWith("serve: cannot listen at 127.0.0.1:" + server.port())
                .hasMessageEndingWith("; choose another host or port");
    }

    private static JsonNode document(ModelServer from, String path) {
        HttpRequest request = HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + from.port() + path))
                .build();
        HttpResponse<String> answer =
                CLIENT.sendAsync(request, HttpResponse.BodyHandlers.ofString()).join();
        assertThat(answer.statusCode()).isEqualTo(200);
        return json(answer);
    }

    private static CompletableFuture<HttpResponse<String>> post(ModelServer to, String path, Map<String, ?> body) {
        return CLIENT.sendAsync(request(to, path, body), HttpResponse.BodyHandlers.ofString());
    }

    private static CompletableFuture<HttpResponse<String>> send(ModelServer to, String path, String body) {
        return CLIENT.sendAsync(request(to, path, body), HttpResponse.BodyHandlers.ofString());
    }

    private static HttpRequest request(ModelServer to, String path, Map<String, ?> body) {
        return request(to, path, new JsonMapper().writeValueAsString(body));
    }

    private static HttpRequest request(ModelServer to, String path, String body) {
        return HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + to.port() + path))
                .timeout(Duration.ofSeconds(60))
                .header("Content-Type", "application/json")
                .POST(HttpRequest.BodyPublishers.ofString(body))
                .build();
    }

    private static JsonNode json(HttpResponse<String> answer) {
        return new JsonMapper().readTree(answer.body());
    }

    private static String text(HttpResponse<String> answer) {
        return json(answer).at("/choices/0/text").stringValue();
    }
}
