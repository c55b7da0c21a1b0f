using System.Net.ServerSentEvents;
using System.Text.Json.Nodes;
using System.Threading.Channels;

namespace SmartCourtyard.DutyRoom.Tests.Running;

internal sealed record Heard(string? Id, string Name, JsonNode Data);

/// <summary>Follows a stream of server-sent events as a browser would.</summary>
internal sealed class SseClient : IAsyncDisposable
{
    private readonly CancellationTokenSource end = new();
    private readonly Channel<Heard> heard = Channel.CreateBounded<Heard>(100_000);
    private readonly Task reading;

    private SseClient(HttpResponseMessage response) => reading = ReadAsync(response);

    public string? LastId { get; private set; }

    public static async Task<SseClient> FollowAsync(HttpClient client, string path, string? lastEventId = null)
    {
        var request = new HttpRequestMessage(HttpMethod.Get, path);
        if (lastEventId is not null)
        {
            request.Headers.Add("Last-Event-ID", lastEventId);
        }

        var response = await client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead);
        Assert.Equal(200, (int)response.StatusCode);
        Assert.Equal("text/event-stream", response.Content.Headers.ContentType?.MediaType);
        return new(response);
    }

    public async Task<Heard> NextAsync()
    {
        using var patience = new CancellationTokenSource(Until.Patience, TimeProvider.System);
        return await heard.Reader.ReadAsync(patience.Token);
    }

    public async Task<Heard> NextAsync(string name)
    {
        while (true)
        {
            if (await NextAsync() is { } next && next.Name == name)
            {
                return next;
            }
        }
    }

    public async ValueTask DisposeAsync()
    {
        await end.CancelAsync();
        await reading;
        end.Dispose();
    }

    private async Task ReadAsync(HttpResponseMessage response)
    {
        try
        {
            using (response)
            await using (var stream = await response.Content.ReadAsStreamAsync(end.Token))
            {
                await foreach (var item in SseParser.Create(stream).EnumerateAsync(end.Token))
                {
                    LastId = item.EventId ?? LastId;
                    await heard.Writer.WriteAsync(new(item.EventId, item.EventType, JsonNode.Parse(item.Data)!), end.Token);
                }
            }
        }
        catch (Exception e) when (e is OperationCanceledException or IOException or HttpRequestException)
        {
            // The test has left, or the server has hung up; what came until then was heard.
        }

        heard.Writer.TryComplete();
    }
}
