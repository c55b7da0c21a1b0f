using SmartCourtyard.Acceptance.Estates;

namespace SmartCourtyard.Chaos;

/// <summary>A whole estate that stands on a line, disks and clocks which can be made to fail.</summary>
internal sealed class Ground : IAsyncDisposable
{
    private readonly List<SmallDisk> _disks = [];

    private Ground(Estate estate, Uplink uplink) => (Estate, Uplink) = (estate, uplink);

    public Estate Estate { get; }

    public Uplink Uplink { get; }

    public SmallDisk? GatewayDisk { get; private set; }

    public SmallDisk? DutyRoomDisk { get; private set; }

    public WallClock? GatewayClock { get; private set; }

    public WallClock? DutyRoomClock { get; private set; }

    public static async Task<Ground> PrepareAsync(TestSite site, EstateStore store)
    {
        var estate = await Estate.PrepareAsync(site, store);
        var ground = new Ground(estate, await Uplink.OpenAsync(estate.DutyRoomPort));
        try
        {
            await ground.StartAsync();
            return ground;
        }
        catch
        {
            // Nothing of it may stay behind.
            await ground.DisposeAsync();
            throw;
        }
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var program in new[] { Estate.Gateway, Estate.DutyRoom, Estate.Broker })
        {
            await (program is { HasExited: false } ? program.KillAsync() : Task.CompletedTask);
        }

        await Uplink.DisposeAsync();
        foreach (var disk in _disks)
        {
            await disk.DisposeAsync();
        }

        await Estate.DisposeAsync();
    }

    private async Task StartAsync()
    {
        Estate.GatewayEnvironment["DutyRoom__Url"] = Uplink.Url.ToString();
        await PutDisksAsync();
        SetClocks();
        Estate.StartBroker();
        Estate.StartDutyRoom();
        Estate.StartGateway();
        await Estate.ReadyAsync();
        await Estate.KnownAsync();
    }

    private async Task PutDisksAsync()
    {
        if (!Uplink.IsConfined)
        {
            return;
        }

        var dutyRoom = Path.Combine(Estate.Folder, "duty-room");
        GatewayDisk = new SmallDisk(Path.Combine(Estate.Folder, "gateway"), 100);
        _disks.Add(GatewayDisk);
        if (Estate.Postgres is null)
        {
            DutyRoomDisk = new SmallDisk(dutyRoom, 400);
            _disks.Add(DutyRoomDisk);
            Estate.DutyRoomEnvironment["ConnectionStrings__DutyRoom"] = "Data Source=" + Path.Combine(dutyRoom, "duty-room.db");
        }

        foreach (var disk in _disks)
        {
            await disk.MountAsync();
        }
    }

    private void SetClocks()
    {
        GatewayClock = new WallClock(Path.Combine(Estate.Folder, "gateway.clock"), Estate.GatewayEnvironment);
        DutyRoomClock = new WallClock(Path.Combine(Estate.Folder, "duty-room.clock"), Estate.DutyRoomEnvironment);
    }
}
