package dev.lancet.runtime.serve;

import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.handler.codec.http.DefaultFullHttpResponse;
import io.netty.handler.codec.http.HttpContent;
import io.netty.handler.codec.http.HttpObject;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpUtil;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.codec.http.LastHttpContent;
import io.netty.util.concurrent.Future;
import java.io.ByteArrayOutputStream;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * One connection: reads requests within the limits, and notices when the client goes away. It keeps reading while a request
 * is served, because only so a connection that ends is seen. All methods run in the thread of its channel.
 */
final class HttpConnection extends SimpleChannelInboundHandler<HttpObject> {

    /** How long a connection may be idle, take to send a request, or go on to send one that was refused. */
    private static final int PATIENCE_SECONDS = 60;

    private final EndpointRouter endpoints;
    private final RequestQueue queue;
    private final ServerLimits limits;
    private final BooleanSupplier stopping;
    private @Nullable HttpExchange current;
    private RequestQueue.@Nullable Place place;
    private @Nullable Endpoint endpoint;
    private @Nullable ByteArrayOutputStream body;
    /** Whether the rest of a body, or requests after the current one, are read and dropped. */
    private boolean dropping;
    /** Whether the current request was read to its end. */
    private boolean received = true;
    /** Whether the connection closes when the current request is received and answered. */
    private boolean closing;

    private @Nullable Future<?> patience;

    HttpConnection(EndpointRouter endpoints, RequestQueue queue, ServerLimits limits, BooleanSupplier stopping) {
        this.endpoints = endpoints;
        this.queue = queue;
        this.limits = limits;
        this.stopping = stopping;
    }

    @Override
    public void channelActive(ChannelHandlerContext context) {
        wait(context);
    }

    @Override
    public void channelInactive(ChannelHandlerContext context) {
        leave();
        hurry();
    }

    @Override
    @SuppressWarnings("deprecation") // Netty's own method for errors of the connection.
    public void exceptionCaught(ChannelHandlerContext context, Throwable broken) {
        close(context);
    }

    private static void close(ChannelHandlerContext context) {
        context.close().addListener(ChannelFutureListener.FIRE_EXCEPTION_ON_FAILURE);
    }

    @Override
    protected void channelRead0(ChannelHandlerContext context, HttpObject message) {
        if (message.decoderResult().isFailure()) {
            damaged(context);
            return;
        }
        if (message instanceof HttpRequest request) {
            begin(context, request);
        }
        if (message instanceof HttpContent content) {
            take(context, content);
        }
    }

    /** Netty reads nothing more from the connection after this. */
    private void damaged(ChannelHandlerContext context) {
        boolean served = current != null && received;
        dropping = true;
        received = true;
        if (current == null) {
            current = exchange(context, false);
        }
        current.closeAfterwards();
        if (!served) {
            refuse(RefusedRequest.of(400, "bad_request", "request: it is not HTTP/1.1 within the usual limits"));
        }
    }

    private HttpExchange exchange(ChannelHandlerContext context, boolean keepAlive) {
        return new HttpExchange(context.channel(), keepAlive, stopping, () -> answered(context), limits.time());
    }

    private void begin(ChannelHandlerContext context, HttpRequest request) {
        if (current != null) {
            // A client that sends the next request early has to send it again on a new connection.
            current.closeAfterwards();
            dropping = true;
            return;
        }
        wait(context);
        received = false;
        current = exchange(context, HttpUtil.isKeepAlive(request));
        try {
            Optional<Endpoint> computing = endpoints.check(request);
            if (computing.isPresent()) {
                place = queue.enter();
                endpoint = computing.get();
                body = new ByteArrayOutputStream();
                if (HttpUtil.is100ContinueExpected(request)) {
                    context.writeAndFlush(
                                    new DefaultFullHttpResponse(HttpVersion.HTTP_1_1, HttpResponseStatus.CONTINUE))
                            .addListener(ChannelFutureListener.CLOSE_ON_FAILURE);
                }
            } else {
                dropping = true;
                current.answer(200, endpoints.document(request));
            }
        } catch (RefusedRequest refused) {
            if (HttpUtil.is100ContinueExpected(request)) {
                // The client asked first, and will not send the body.
                current.closeAfterwards();
                received = true;
            }
            refuse(refused);
        }
    }

    /** Answers with an error. The rest of the body is read and dropped, so that the client sees the answer. */
    private void refuse(RefusedRequest why) {
        leave();
        dropping = true;
        if (current != null) {
            current.refuse(why);
        }
    }

    private void take(ChannelHandlerContext context, HttpContent content) {
        boolean last = content instanceof LastHttpContent;
        if (body != null && !dropping) {
            if (body.size() + content.content().readableBytes() > limits.body()) {
                refuse(endpoints.tooLarge());
            } else {
                byte[] bytes = new byte[content.content().readableBytes()];
                content.content().readBytes(bytes);
                body.writeBytes(bytes);
            }
        }
        if (last && !received) {
            received = true;
            if (!dropping) {
                hurry();
                serve();
            } else if (current == null) {
                next(context);
            }
        }
    }

    private void serve() {
        HttpExchange exchange = current;
        if (exchange == null || body == null || endpoint == null || place == null) {
            return;
        }
        byte[] bytes = body.toByteArray();
        body = null;
        try {
            Endpoint.Work work = endpoints.read(endpoint, bytes);
            place.serve(() -> endpoints.serve(work, exchange));
        } catch (RefusedRequest refused) {
            refuse(refused);
        }
    }

    /** The whole answer is written. */
    private void answered(ChannelHandlerContext context) {
        closing = current != null && !current.keepsAlive();
        current = null;
        if (received) {
            next(context);
        }
    }

    private void next(ChannelHandlerContext context) {
        if (closing) {
            close(context);
        } else {
            ready(context);
        }
    }

    /** Takes the next request. */
    private void ready(ChannelHandlerContext context) {
        place = null;
        endpoint = null;
        body = null;
        dropping = false;
        wait(context);
    }

    private void leave() {
        if (place != null) {
            place.leave();
        }
        body = null;
    }

    private void wait(ChannelHandlerContext context) {
        hurry();
        patience = context.executor().schedule(() -> close(context), PATIENCE_SECONDS, TimeUnit.SECONDS);
    }

    private void hurry() {
        if (patience != null) {
            patience.cancel(false);
            patience = null;
        }
    }
}
