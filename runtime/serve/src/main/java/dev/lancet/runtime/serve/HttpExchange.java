package dev.lancet.runtime.serve;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFutureListener;
import io.netty.handler.codec.http.DefaultFullHttpResponse;
import io.netty.handler.codec.http.DefaultHttpContent;
import io.netty.handler.codec.http.DefaultHttpResponse;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaderValues;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.codec.http.LastHttpContent;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.function.BooleanSupplier;
import tools.jackson.databind.json.JsonMapper;

/** A request that is answered: as one JSON document, or as server-sent events. Any thread may answer. */
final class HttpExchange {

    private static final String EVENTS = "text/event-stream; charset=utf-8";
    private static final String JSON = "application/json; charset=utf-8";

    private final Channel channel;
    private final BooleanSupplier stopping;
    private final Runnable answered;
    private final long end;
    private volatile boolean keepAlive;
    private volatile boolean begun;

    /**
     * A request.
     *
     * @param stopping whether the server ends all work
     * @param answered runs in the channel's thread when the whole answer is written
     * @param time how long the answer may take
     */
    HttpExchange(Channel channel, boolean keepAlive, BooleanSupplier stopping, Runnable answered, Duration time) {
        this.channel = channel;
        this.keepAlive = keepAlive;
        this.stopping = stopping;
        this.answered = answered;
        end = System.nanoTime() + time.toNanos();
    }

    /** Whether somebody still waits for the answer: the client is there and reads, and the server does not stop. */
    boolean wanted() {
        return channel.isActive() && channel.isWritable() && !stopping.getAsBoolean();
    }

    /** Whether the time for this request is over. */
    boolean late() {
        return System.nanoTime() - end > 0;
    }

    /** Whether part of the answer is on its way, so that no other status can be sent. */
    boolean begun() {
        return begun;
    }

    boolean keepsAlive() {
        return keepAlive;
    }

    /** Closes the connection after this answer. */
    void closeAfterwards() {
        keepAlive = false;
    }

    /** Closes the connection without the rest of the answer. */
    void abandon() {
        channel.close().addListener(ChannelFutureListener.FIRE_EXCEPTION_ON_FAILURE);
    }

    /** The whole answer. */
    void answer(int status, Object document) {
        begun = true;
        ByteBuf body = Unpooled.wrappedBuffer(JsonMapper.shared().writeValueAsBytes(document));
        DefaultFullHttpResponse response =
                new DefaultFullHttpResponse(HttpVersion.HTTP_1_1, HttpResponseStatus.valueOf(status), body);
        response.headers()
                .set(HttpHeaderNames.CONTENT_TYPE, JSON)
                .set(HttpHeaderNames.CONTENT_LENGTH, body.readableBytes());
        if (status == HttpResponseStatus.TOO_MANY_REQUESTS.code()) {
            response.headers().set(HttpHeaderNames.RETRY_AFTER, "1");
        }
        writeLast(withConnection(response));
    }

    /** The answer to a request that is refused, or the last event if an answer has begun. */
    void refuse(RefusedRequest why) {
        if (begun) {
            event(why.document());
            endEvents();
        } else {
            answer(why.status(), why.document());
        }
    }

    /** Begins an answer of events. */
    void beginEvents() {
        begun = true;
        HttpResponse response = new DefaultHttpResponse(HttpVersion.HTTP_1_1, HttpResponseStatus.OK);
        response.headers()
                .set(HttpHeaderNames.CONTENT_TYPE, EVENTS)
                .set(HttpHeaderNames.CACHE_CONTROL, HttpHeaderValues.NO_CACHE)
                .set(HttpHeaderNames.TRANSFER_ENCODING, HttpHeaderValues.CHUNKED);
        channel.writeAndFlush(withConnection(response)).addListener(ChannelFutureListener.CLOSE_ON_FAILURE);
    }

    /** One event with a JSON document. */
    void event(Object document) {
        data(JsonMapper.shared().writeValueAsString(document));
    }

    /** The last event, as OpenAI writes it. */
    void endEvents() {
        data("[DONE]");
        writeLast(LastHttpContent.EMPTY_LAST_CONTENT);
    }

    /**
     * Writes the end of the answer. The listener is there before the write: one that is added later may run after the
     * client's next request was read.
     */
    private void writeLast(Object message) {
        channel.writeAndFlush(message, channel.newPromise().addListener(written -> answered.run()))
                .addListener(ChannelFutureListener.CLOSE_ON_FAILURE);
    }

    private void data(String text) {
        byte[] bytes = ("data: " + text + "\n\n").getBytes(StandardCharsets.UTF_8);
        channel.writeAndFlush(new DefaultHttpContent(Unpooled.wrappedBuffer(bytes)))
                .addListener(ChannelFutureListener.CLOSE_ON_FAILURE);
    }

    private HttpResponse withConnection(HttpResponse response) {
        response.headers()
                .set(HttpHeaderNames.CONNECTION, keepAlive ? HttpHeaderValues.KEEP_ALIVE : HttpHeaderValues.CLOSE);
        return response;
    }
}
