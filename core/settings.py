"""All configuration, read once at start from FIRSTLIGHT_* variables; a value that makes no sense stops the start."""

from functools import cache
from pathlib import Path
from typing import Literal

from pydantic import Field, field_validator, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict


class Settings(BaseSettings):
    """Every setting with its default; the README's table is compared with this class by a test."""

    model_config = SettingsConfigDict(env_prefix="FIRSTLIGHT_", frozen=True, extra="ignore")

    data_dir: Path = Field(Path("data"), description="Folder for the database, objects, uploads and keys")
    database_url: str = Field("", description="SQLAlchemy address of the database; empty: SQLite in the data folder")
    jobs_url: str = Field("", description="Address of the job engine's database; empty: SQLite in the data folder")
    objects_url: str = Field("", description="fsspec address of the object store; empty: a folder in the data folder")
    object_key: str = Field("", description="Base64 of the 32-byte key for objects and names; empty: a key file in the data folder")
    host: str = Field("127.0.0.1", description="Address that the web server listens on")
    port: int = Field(8501, ge=1, le=65535, description="Port of the web server")
    dicom_host: str = Field("127.0.0.1", description="Address that the DICOM receiver listens on")
    dicom_port: int = Field(11112, ge=1, le=65535, description="Port of the DICOM receiver")
    ae_title: str = Field("FIRSTLIGHT", min_length=1, max_length=16, description="Application entity title of the DICOM receiver")
    dicom_peers: str = Field("", description="Application entity titles that may send, parted by commas; empty: any, on this machine only")
    receiver_site: str = Field("", description="Code of the site of images from the network; empty: the only site there is, else refused")
    worker_id: str = Field("worker-1", description="Stable name under which this worker takes its unfinished jobs up again")
    session_hours: int = Field(10, ge=1, le=168, description="Hours after which a sign-in ends")
    claim_minutes: int = Field(
        30, ge=1, le=480, description="Minutes after which a claimed case is free again, where no reading policy says otherwise"
    )
    upload_limit_gb: float = Field(8.0, gt=0, le=100, description="Largest single upload in gigabytes")
    document_font: str = Field("", description="Font file for reports and letters; empty: Noto Sans CJK where it is installed")
    shared_data: Path = Field(Path("../shared/data"), description="Folder of research data; its `tables` are loaded by `core.demo --from`")
    smtp_host: str = Field("", description="Mail server for e-mails to participants; empty: none is sent")
    smtp_port: int = Field(587, ge=1, le=65535, description="Port of the mail server")
    smtp_user: str = Field("", description="Account at the mail server; empty: it asks for none")
    smtp_password: str = Field("", repr=False, description="Password of that account")
    smtp_from: str = Field("", description="Address from which e-mails to participants come")
    smtp_starttls: bool = Field(True, description="Encrypt the way to the mail server (STARTTLS)")
    demo: bool = Field(False, description="Show the demonstration accounts on the sign-in page")
    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = Field("INFO", description="How much the processes log")

    @field_validator("data_dir")
    @classmethod
    def _absolute(cls, value: Path) -> Path:
        return value.expanduser().resolve()

    @field_validator("document_font")
    @classmethod
    def _is_there(cls, value: str) -> str:
        if value and not Path(value).is_file():
            raise ValueError(f"there is no font file {value}")
        return value

    @model_validator(mode="after")
    def _mail_has_a_sender(self) -> "Settings":
        if self.smtp_host and "@" not in self.smtp_from:
            raise ValueError(
                f"smtp_from is {self.smtp_from!r}; expected the address from which e-mails come, such as screening@hospital.org"
            )
        return self

    @property
    def database(self) -> str:
        return self.database_url or f"sqlite:///{self.data_dir / 'firstlight.sqlite'}"

    @property
    def jobs_database(self) -> str:
        return self.jobs_url or f"sqlite:///{self.data_dir / 'jobs.sqlite'}"

    @property
    def objects(self) -> str:
        return self.objects_url or str(self.data_dir / "objects")

    @property
    def incoming(self) -> Path:
        return self.data_dir / "incoming"


@cache
def settings() -> Settings:
    """The settings of this process."""
    return Settings()
