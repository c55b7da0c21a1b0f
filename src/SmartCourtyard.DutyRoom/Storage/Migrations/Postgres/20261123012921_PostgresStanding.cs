using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace SmartCourtyard.DutyRoom.Storage.Migrations.Postgres
{
    /// <inheritdoc />
    public partial class PostgresStanding : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.CreateIndex(
                name: "IX_alarms_courtyard_device",
                table: "alarms",
                columns: new[] { "courtyard", "device" },
                filter: "state <> 'closed'");
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropIndex(
                name: "IX_alarms_courtyard_device",
                table: "alarms");
        }
    }
}
