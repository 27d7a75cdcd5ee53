package dev.lancet.runtime.serve;

import tools.jackson.databind.JsonNode;

/** A path of the server that computes with the model. */
@FunctionalInterface
interface Endpoint {

    /**
     * Reads a request.
     *
     * @param body a JSON object
     * @return the work that answers it; it runs when the model is free
     * @throws RefusedRequest if the request cannot be used
     */
    Work read(JsonNode body);

    /** Computes and answers. */
    @FunctionalInterface
    interface Work {

        /**
         * Computes, and writes the answer to the exchange.
         *
         * @throws RefusedRequest if the model cannot use the request
         */
        void answer(HttpExchange exchange);
    }
}
