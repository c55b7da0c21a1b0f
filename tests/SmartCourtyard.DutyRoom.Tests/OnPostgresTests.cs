using SmartCourtyard.DutyRoom.Tests.Running;

namespace SmartCourtyard.DutyRoom.Tests;

// The same tests once more over the other store: those behind which SQL stands that the others do not run.

public sealed class IntakeOnPostgresTests : IntakeTests
{
    public IntakeOnPostgresTests() => TestStore.UsePostgres();
}

public sealed class StorageOnPostgresTests : StorageTests
{
    public StorageOnPostgresTests() => TestStore.UsePostgres();
}

public sealed class BoardOnPostgresTests : BoardTests
{
    public BoardOnPostgresTests() => TestStore.UsePostgres();
}

public sealed class DutyOnPostgresTests : DutyTests
{
    public DutyOnPostgresTests() => TestStore.UsePostgres();
}

public sealed class AlarmLifeOnPostgresTests : AlarmLifeTests
{
    public AlarmLifeOnPostgresTests() => TestStore.UsePostgres();
}

public sealed class CommandOnPostgresTests : CommandTests
{
    public CommandOnPostgresTests() => TestStore.UsePostgres();
}

public sealed class ProofOnPostgresTests : ProofTests
{
    public ProofOnPostgresTests() => TestStore.UsePostgres();
}

public sealed class SiteOnPostgresTests : SiteTests
{
    public SiteOnPostgresTests() => TestStore.UsePostgres();
}

public sealed class SupervisionOnPostgresTests : SupervisionTests
{
    public SupervisionOnPostgresTests() => TestStore.UsePostgres();
}

public sealed class AccessOnPostgresTests : AccessTests
{
    public AccessOnPostgresTests() => TestStore.UsePostgres();
}

public sealed class CustodyOnPostgresTests : CustodyTests
{
    public CustodyOnPostgresTests() => TestStore.UsePostgres();
}

public sealed class PresenceOnPostgresTests : PresenceTests
{
    public PresenceOnPostgresTests() => TestStore.UsePostgres();
}

public sealed class ReportOnPostgresTests : ReportTests
{
    public ReportOnPostgresTests() => TestStore.UsePostgres();
}

public sealed class ReportListOnPostgresTests : ReportListTests
{
    public ReportListOnPostgresTests() => TestStore.UsePostgres();
}
