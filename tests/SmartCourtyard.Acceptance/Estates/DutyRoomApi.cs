using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Net.ServerSentEvents;
using System.Runtime.CompilerServices;
using System.Text.Json;

namespace SmartCourtyard.Acceptance.Estates;

/// <summary>The duty room as a program of somebody else sees it.</summary>
internal sealed class DutyRoomApi : IDisposable
{
    private readonly HttpClient _http;

    public DutyRoomApi(Uri dutyRoom, string token)
    {
        _http = new HttpClient { BaseAddress = dutyRoom, Timeout = TimeSpan.FromSeconds(20) };
        _http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", token);
    }

    /// <summary>All alarms, newest first, over all pages.</summary>
    public async Task<IReadOnlyList<JsonElement>> AlarmsAsync(string filter = "state=all")
    {
        var alarms = new List<JsonElement>();
        string? cursor = null;
        do
        {
            var page = await _http.GetFromJsonAsync<JsonElement>($"api/v1/alarms?{filter}&limit=200" + (cursor is null ? "" : "&after=" + Uri.EscapeDataString(cursor)));
            alarms.AddRange(page.GetProperty("items").EnumerateArray());
            cursor = page.GetProperty("next").GetString();
        }
        while (cursor is not null);
        return alarms;
    }

    /// <summary>As <see cref="AlarmsAsync"/>; null while the duty room cannot be reached.</summary>
    public async Task<IReadOnlyList<JsonElement>?> TryAlarmsAsync(string filter = "state=all")
    {
        try
        {
            return await AlarmsAsync(filter);
        }
        catch (Exception e) when (e is HttpRequestException or TaskCanceledException or IOException)
        {
            return null;
        }
    }

    public Task<JsonElement> AlarmAsync(string id) => _http.GetFromJsonAsync<JsonElement>("api/v1/alarms/" + id);

    public async Task<IReadOnlyList<JsonElement>> DevicesAsync(string filter)
        => [.. (await _http.GetFromJsonAsync<JsonElement>("api/v1/devices?" + filter)).GetProperty("items").EnumerateArray()];

    public async Task<JsonElement> GatewayAsync()
        => (await _http.GetFromJsonAsync<JsonElement>("api/v1/gateways")).GetProperty("items").EnumerateArray().Single();

    public async Task ActAsync(string id, string action, object? body = null)
    {
        using var response = await _http.PostAsJsonAsync($"api/v1/alarms/{id}/{action}", body ?? new { note = (string?)null });
        if (!response.IsSuccessStatusCode)
        {
            throw new InvalidOperationException($"{action}: {(int)response.StatusCode} {await response.Content.ReadAsStringAsync()}");
        }
    }

    public async Task<IReadOnlyList<JsonElement>> TroublesAsync()
        => [.. (await _http.GetFromJsonAsync<JsonElement>("api/v1/troubles")).GetProperty("items").EnumerateArray()];

    /// <summary>Tells the gateway something, and comes back with what became of it.</summary>
    public async Task<JsonElement> CommandAsync(string gateway, object command, TimeSpan within)
    {
        using var response = await _http.PostAsJsonAsync($"api/v1/gateways/{gateway}/commands", command);
        if (response.StatusCode != System.Net.HttpStatusCode.Accepted)
        {
            throw new InvalidOperationException($"{(int)response.StatusCode} {await response.Content.ReadAsStringAsync()}");
        }

        var id = (await response.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("id").GetString();
        JsonElement now = default;
        await Eventually.TrueAsync(
            async () => (now = await _http.GetFromJsonAsync<JsonElement>($"api/v1/gateways/{gateway}/commands/{id}")).GetProperty("state").GetString() != "open",
            within, () => "an answer to command " + id);
        return now;
    }

    /// <summary>The live stream, from now on or from behind an event.</summary>
    public async IAsyncEnumerable<(string? Id, string Type, JsonElement Data)> StreamAsync(string? after, [EnumeratorCancellation] CancellationToken stop)
    {
        using var http = new HttpClient { BaseAddress = _http.BaseAddress, Timeout = Timeout.InfiniteTimeSpan };
        using var request = new HttpRequestMessage(HttpMethod.Get, "api/v1/stream");
        request.Headers.Authorization = _http.DefaultRequestHeaders.Authorization;
        if (after is not null)
        {
            request.Headers.Add("Last-Event-ID", after);
        }

        using var response = await http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, stop);
        response.EnsureSuccessStatusCode();
        await using var stream = await response.Content.ReadAsStreamAsync(stop);
        await foreach (var item in SseParser.Create(stream).EnumerateAsync(stop))
        {
            yield return (item.EventId, item.EventType, JsonSerializer.Deserialize<JsonElement>(item.Data));
        }
    }

    public void Dispose() => _http.Dispose();
}

/// <summary>The gateway's local page as a technician's program sees it.</summary>
internal sealed class GatewayApi(Uri gateway) : IDisposable
{
    private readonly HttpClient _http = new() { BaseAddress = gateway, Timeout = TimeSpan.FromSeconds(20) };

    public Task<JsonElement> GetAsync(string call) => _http.GetFromJsonAsync<JsonElement>(call);

    public async Task<IReadOnlyList<JsonElement>> ItemsAsync(string call) => [.. (await GetAsync(call)).GetProperty("items").EnumerateArray()];

    /// <summary>What somebody on site asks of the gateway.</summary>
    public async Task<(System.Net.HttpStatusCode Code, string Answer)> AskAsync(string call, object body)
    {
        using var response = await _http.PostAsJsonAsync(call, body);
        return (response.StatusCode, await response.Content.ReadAsStringAsync());
    }

    public async Task<double> MetricAsync(string name)
    {
        var text = await _http.GetStringAsync("metrics");
        return double.Parse(
            text.Split('\n').First(l => l.StartsWith(name + " ", StringComparison.Ordinal)).Split(' ')[1],
            System.Globalization.CultureInfo.InvariantCulture);
    }

    public void Dispose() => _http.Dispose();
}
