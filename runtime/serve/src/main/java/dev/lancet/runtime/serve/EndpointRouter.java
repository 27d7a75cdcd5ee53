package dev.lancet.runtime.serve;

import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpUtil;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** The paths of the server: what they take, and who may ask. */
final class EndpointRouter {

    private static final String MODELS = "/v1/models";
    private static final String HEALTH = "/health";
    private static final Set<String> OWN_NAMES = Set.of("localhost", "127.0.0.1", "::1", "[::1]");
    private static final String BEARER = "Bearer ";

    private final ServedModel model;
    private final ServerSettings settings;
    private final Consumer<String> log;
    private final long started = System.currentTimeMillis() / 1000;
    private final Map<String, Endpoint> computing;

    EndpointRouter(ServedModel model, ServerSettings settings, Consumer<String> log) {
        this.model = model;
        this.settings = settings;
        this.log = log;
        computing = Map.of(
                "/v1/chat/completions", new GenerationEndpoint(model, true),
                "/v1/completions", new GenerationEndpoint(model, false),
                "/v1/embeddings", new EmbeddingEndpoint(model));
    }

    /**
     * Checks what can be checked before the body is read.
     *
     * @return the endpoint that takes the body, or empty if {@link #document} answers
     * @throws RefusedRequest if the request gets no other answer
     */
    Optional<Endpoint> check(HttpRequest request) {
        requireOwnName(request);
        String path = path(request);
        if (!path.equals(HEALTH)) {
            requireKey(request);
        }
        boolean document = path.equals(HEALTH) || path.equals(MODELS) || path.startsWith(MODELS + "/");
        if (!document && !computing.containsKey(path)) {
            throw RefusedRequest.of(
                    404,
                    "not_found",
                    "path: " + path + " is not served; the paths are "
                            + String.join(
                                    ", ", computing.keySet().stream().sorted().toList()) + ", " + MODELS + " and "
                            + HEALTH);
        }
        String method = document ? "GET" : "POST";
        if (!request.method().name().equals(method)) {
            throw RefusedRequest.of(
                    405, "method_not_allowed", "method: " + request.method().name() + "; " + path + " takes " + method);
        }
        if (document) {
            return Optional.empty();
        }
        String type = request.headers().get(HttpHeaderNames.CONTENT_TYPE, "");
        // A page in a browser may send other types to any server without asking it first.
        if (!type.toLowerCase(Locale.ROOT).startsWith("application/json")) {
            throw RefusedRequest.of(
                    415, "unsupported_media_type", "content-type: '" + type + "'; send application/json");
        }
        if (HttpUtil.getContentLength(request, 0L) > settings.limits().body()) {
            throw tooLarge();
        }
        return Optional.ofNullable(computing.get(path));
    }

    RefusedRequest tooLarge() {
        return RefusedRequest.of(
                413,
                "request_too_large",
                "body: it has more than " + settings.limits().body() + " bytes; send a shorter request");
    }

    /** A page in a browser may reach this machine by a name of its own; then the header has that name. */
    private void requireOwnName(HttpRequest request) {
        String given = request.headers().get(HttpHeaderNames.HOST, "localhost");
        String name = given.replaceFirst(":\\d*$", "").toLowerCase(Locale.ROOT);
        if (OWN_NAMES.contains(settings.host()) && !OWN_NAMES.contains(name)) {
            throw RefusedRequest.of(
                    403,
                    "host_not_served",
                    "host: '" + given + "'; this server listens for its own machine, so ask it as localhost");
        }
    }

    private void requireKey(HttpRequest request) {
        if (settings.apiKey().isEmpty()) {
            return;
        }
        String given = request.headers().get(HttpHeaderNames.AUTHORIZATION, "");
        byte[] wanted = (BEARER + settings.apiKey().get()).getBytes(StandardCharsets.UTF_8);
        if (!MessageDigest.isEqual(given.getBytes(StandardCharsets.UTF_8), wanted)) {
            throw RefusedRequest.of(
                    401, "invalid_api_key", "api key: missing or wrong; send the header Authorization: Bearer KEY");
        }
    }

    private static String path(HttpRequest request) {
        String uri = request.uri();
        int query = uri.indexOf('?');
        return query < 0 ? uri : uri.substring(0, query);
    }

    /** The answer that needs no computation. */
    Map<String, Object> document(HttpRequest request) {
        String path = path(request);
        if (path.equals(HEALTH)) {
            return Map.of("status", "ok");
        }
        Map<String, Object> served = new LinkedHashMap<>();
        served.put("id", model.name());
        served.put("object", "model");
        served.put("created", started);
        served.put("owned_by", "lancet");
        if (path.equals(MODELS)) {
            return Map.of("object", "list", "data", List.of(served));
        }
        String asked = path.substring(MODELS.length() + 1);
        if (!asked.equals(model.name())) {
            throw RefusedRequest.unknownModel(asked, model.name());
        }
        return served;
    }

    /**
     * Reads the body of a request.
     *
     * @throws RefusedRequest if it is not JSON, names another model, or asks for what the model cannot do
     */
    Endpoint.Work read(Endpoint endpoint, byte[] body) {
        JsonNode read;
        try {
            read = JsonMapper.shared().readTree(body);
        } catch (JacksonException e) {
            throw RefusedRequest.of(400, "invalid_json", "body: it is not JSON; " + e.getOriginalMessage());
        }
        if (!read.isObject()) {
            throw RefusedRequest.of(400, "invalid_json", "body: it is not a JSON object; send {\"model\": ..., ...}");
        }
        String asked = new RequestFields(read).required("model");
        if (!asked.equals(model.name())) {
            throw RefusedRequest.unknownModel(asked, model.name());
        }
        return endpoint.read(read);
    }

    /** Does the work of a request and makes an answer of everything that goes wrong. */
    void serve(Endpoint.Work work, HttpExchange exchange) {
        if (!exchange.wanted()) {
            return;
        }
        try {
            if (exchange.late()) {
                throw RefusedRequest.unavailable("time: the request waited longer than "
                        + settings.limits().time().toSeconds() + " s; try again later");
            }
            work.answer(exchange);
        } catch (RefusedRequest refused) {
            exchange.refuse(refused);
        } catch (RuntimeException | OutOfMemoryError | StackOverflowError e) {
            log.accept("request failed: " + e);
            exchange.refuse(RefusedRequest.broken());
        }
    }
}
