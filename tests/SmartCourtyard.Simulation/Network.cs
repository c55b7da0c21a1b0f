using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using SmartCourtyard.Simulation.Disk;
using SmartCourtyard.Simulation.Machines;

namespace SmartCourtyard.Simulation;

/// <summary>What the network between gateway and duty room does to requests and answers.</summary>
internal sealed class NetworkFaults
{
    public bool IsCut { get; set; }

    public TimeSpan DelayAtMost { get; set; } = TimeSpan.FromMilliseconds(5);

    /// <summary>How often a request, an answer is lost: 0 up to 1.</summary>
    public double LosesRequest { get; set; }

    public double LosesAnswer { get; set; }

    /// <summary>How often a request arrives a second time, up to two minutes later.</summary>
    public double Doubles { get; set; }

    /// <summary>How often something in between answers in its own words.</summary>
    public double AnswersItself { get; set; }
}

/// <summary>Carries requests, loses, doubles, delays and reorders them.</summary>
internal sealed class Network(World world, Dice dice)
{
    private static readonly TimeSpan DoubledAtMost = TimeSpan.FromSeconds(120);

    private readonly List<Request> _underWay = [];

    public NetworkFaults Faults { get; set; } = new();

    /// <summary>Something arrives while the duty room's disk works on something else.</summary>
    public void DeliverMeanwhile()
    {
        if (_underWay.Count > 0 && dice.Falls(0.3))
        {
            var request = _underWay[dice.Between(0, _underWay.Count - 1)];
            if (request.Call == "events")
            {
                request.Arrival?.Cancel();
                Arrive(request);
            }
        }
    }

    /// <summary>The answer of a duty room that has stored everything.</summary>
    public static Reply Forged(byte[] body)
    {
        using var document = JsonDocument.Parse(body);
        var ids = string.Join(',', document.RootElement.EnumerateArray().Select(e => $"\"{e.GetProperty("id").GetString()}\""));
        return new Reply(200, Encoding.UTF8.GetBytes($$"""{"accepted":[{{ids}}],"duplicates":[],"lastSequence":"1"}"""));
    }

    private Task<HttpResponseMessage> Send(string call, byte[] body, CancellationToken stop)
    {
        var request = new Request(call, body);
        var never = world.Sabotage == Sabotage.WaitsForEver;
        if (!never)
        {
            stop.Register(() => request.Answer.TrySetCanceled(stop));
        }

        if (Faults.IsCut || dice.Falls(Faults.LosesRequest))
        {
            world.Note("network", "loses " + call, body.Length);
            return request.Answer.Task;
        }

        if (dice.Falls(Faults.AnswersItself))
        {
            Return(request, dice.Of(new Reply(502, "<html>bad gateway</html>"u8.ToArray()), new Reply(200, "<html>log in</html>"u8.ToArray()), new Reply(503, [], TimeSpan.FromSeconds(7)),
                new Reply(401, []), new Reply(429, [], TimeSpan.FromSeconds(3)), new Reply(204, [])));
            return request.Answer.Task;
        }

        if (world.Sabotage == Sabotage.AnswersWithoutStoring && call == "events" && dice.Falls(0.05))
        {
            Return(request, Forged(body));
            return request.Answer.Task;
        }

        Depart(request, Delay());
        if (dice.Falls(Faults.Doubles))
        {
            world.Note("network", "doubles " + call);
            Depart(new Request(call, body), dice.Between(TimeSpan.Zero, dice.Falls(0.5) ? TimeSpan.FromSeconds(1) : DoubledAtMost));
        }

        return request.Answer.Task;
    }

    private TimeSpan Delay() => dice.Between(TimeSpan.FromMilliseconds(1), Faults.DelayAtMost);

    private void Depart(Request request, TimeSpan delay)
    {
        _underWay.Add(request);
        request.Arrival = world.Schedule.After(delay, () => Arrive(request));
    }

    private void Arrive(Request request)
    {
        _underWay.Remove(request);
        if (Faults.IsCut)
        {
            return;
        }

        if (!world.DutyRoom.IsUp)
        {
            world.Note("network", "finds nobody");
            request.Answer.TrySetException(new HttpRequestException("connection refused"));
            return;
        }

        world.Note("network", "delivers " + request.Call, request.Body.Length);
        _ = AnswerAsync(request);
    }

    private async Task AnswerAsync(Request request)
    {
        if (!world.DutyRoom.Happens("request"))
        {
            return;
        }

        try
        {
            if (await world.DutyRoom.AnswerAsync(request.Call, request.Body).ConfigureAwait(false) is { } reply)
            {
                Return(request, reply);
            }
        }
        catch (Exception e)
        {
            world.Fail($"the duty room answered a request with a fault of its own: {e}");
        }
    }

    private void Return(Request request, Reply reply)
    {
        if (Faults.IsCut || dice.Falls(Faults.LosesAnswer))
        {
            world.Note("network", "loses the answer", reply.Status);
            return;
        }

        world.Schedule.After(Delay(), () =>
        {
            world.Note("network", "answers", reply.Status);
            request.Answer.TrySetResult(Message(reply));
        });
    }

    private static HttpResponseMessage Message(Reply reply)
    {
        var message = new HttpResponseMessage((HttpStatusCode)reply.Status) { Content = new ByteArrayContent(reply.Body) };
        message.Headers.RetryAfter = reply.RetryAfter is { } wait ? new RetryConditionHeaderValue(wait) : null;
        return message;
    }

    private sealed record Request(string Call, byte[] Body)
    {
        public TaskCompletionSource<HttpResponseMessage> Answer { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public Schedule.Entry? Arrival { get; set; }
    }

    /// <summary>The gateway's end of it, for one run of the gateway.</summary>
    internal sealed class Line(Network network, Mount mount) : HttpMessageHandler
    {
        protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            var body = request.Content is null ? [] : await request.Content.ReadAsByteArrayAsync(cancellationToken).ConfigureAwait(false);
            if (!mount.Happens("send"))
            {
                throw new HttpRequestException("the machine is off");
            }

            return await network.Send(request.RequestUri!.Segments[^1], body, cancellationToken).ConfigureAwait(false);
        }
    }
}
