using System.Net.Sockets;
using System.Text;
using SmartCourtyard.Acceptance.Estates;

namespace SmartCourtyard.Acceptance;

/// <summary>What whoever restarts the gateway hears of it, as systemd would.</summary>
public sealed class LivenessTests
{
    private static readonly TimeSpan Soon = TimeSpan.FromSeconds(30);

    [Fact]
    public async Task The_gateway_says_that_it_is_ready_that_it_lives_and_that_it_stops()
    {
        await using var estate = await Estate.PrepareAsync(TestSite.Of(1, "smoke-detector"));
        var path = Path.Combine(estate.Folder, "notify.sock");
        using var systemd = new Socket(AddressFamily.Unix, SocketType.Dgram, ProtocolType.Unspecified);
        systemd.Bind(new UnixDomainSocketEndPoint(path));
        estate.GatewayEnvironment["NOTIFY_SOCKET"] = path;
        estate.StartBroker();
        estate.StartGateway();

        Assert.Equal("READY=1", await HearAsync(systemd));
        Assert.Equal("WATCHDOG=1", await HearAsync(systemd));
        Assert.Equal("WATCHDOG=1", await HearAsync(systemd));
        estate.Gateway!.Terminate();
        var last = "";
        while (last != "STOPPING=1")
        {
            last = await HearAsync(systemd);
        }

        Assert.Equal(0, await estate.Gateway.ExitAsync(Soon));
    }

    private static async Task<string> HearAsync(Socket socket)
    {
        var bytes = new byte[512];
        using var enough = new CancellationTokenSource(Soon, TimeProvider.System);
        return Encoding.UTF8.GetString(bytes, 0, await socket.ReceiveAsync(bytes, enough.Token));
    }
}
