package dev.lancet.runtime.serve;

import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** A request that gets an error in OpenAI's format. */
final class RefusedRequest extends RuntimeException {

    private static final long serialVersionUID = 1;

    private final int status;
    private final String type;
    private final @Nullable String param;
    private final @Nullable String code;

    private RefusedRequest(int status, String type, @Nullable String param, @Nullable String code, String message) {
        super(message, null, false, false);
        this.status = status;
        this.type = type;
        this.param = param;
        this.code = code;
    }

    /** A request with a field that cannot be used. */
    static RefusedRequest invalid(String field, String message) {
        return new RefusedRequest(400, "invalid_request_error", field, null, field + ": " + message);
    }

    /** A request that HTTP itself or the limits of the server refuse. */
    static RefusedRequest of(int status, String code, String message) {
        return new RefusedRequest(status, "invalid_request_error", null, code, message);
    }

    static RefusedRequest unknownModel(String asked, String served) {
        return new RefusedRequest(
                404,
                "invalid_request_error",
                "model",
                "model_not_found",
                "model: '" + asked + "' is not served here; this server has '" + served + "'");
    }

    static RefusedRequest tooMany(int queue) {
        return new RefusedRequest(
                429,
                "rate_limit_error",
                null,
                "queue_full",
                "queue: " + queue + " requests wait already; try again later");
    }

    static RefusedRequest unavailable(String message) {
        return new RefusedRequest(503, "server_error", null, "unavailable", message);
    }

    static RefusedRequest broken() {
        return new RefusedRequest(
                500, "server_error", null, null, "server: the request failed; the server's log has the reason");
    }

    int status() {
        return status;
    }

    /** The error as OpenAI writes it. */
    Map<String, @Nullable Object> document() {
        Map<String, @Nullable Object> error = new LinkedHashMap<>();
        error.put("message", getMessage());
        error.put("type", type);
        error.put("param", param);
        error.put("code", code);
        Map<String, @Nullable Object> document = new LinkedHashMap<>();
        document.put("error", error);
        return document;
    }
}
