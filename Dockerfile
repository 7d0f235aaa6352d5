# One image for all processes; which one runs is said by the command (see compose.yaml). CPU by default; on a GPU machine install a CUDA
# build of the same torch and torchvision versions in a further layer.
FROM python:3.11-slim-bookworm

RUN useradd --create-home --uid 10001 firstlight && install -d -o firstlight /data
WORKDIR /app

COPY requirements.txt .
RUN pip install --no-cache-dir -r requirements.txt

COPY --chown=firstlight . .
USER firstlight
ENV FIRSTLIGHT_DATA_DIR=/data FIRSTLIGHT_HOST=0.0.0.0 FIRSTLIGHT_DICOM_HOST=0.0.0.0 PYTHONUNBUFFERED=1
VOLUME /data
EXPOSE 8501 11112
CMD ["python", "-m", "core.launch"]
